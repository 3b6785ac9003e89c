import { isRecord } from "./json-value";
import { fieldSchema, type Schema } from "./schema";

/**
 * Fills in the defaults of a schema, below objects and lists that are there.
 * A null in a field that cannot be null counts as absent if the field has a default.
 */
export function applyDefaults(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    const filled = value.map((item) => applyDefaults(item, items));
    return filled.every((item, index) => item === value[index]) ? value : filled;
  }
  if (!isRecord(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  let changed = false;
  const set = (field: string, next: unknown): void => {
    if (filled[field] === next) return;
    filled[field] = next;
    changed = true;
  };
  for (const [field, { default: standard, nullable }] of Object.entries(schema.properties ?? {})) {
    const given = filled[field];
    if (standard === undefined) continue;
    if (given === undefined || (given === null && !nullable)) set(field, standard);
  }
  for (const [field, inner] of Object.entries(filled)) {
    const known = fieldSchema(schema, field);
    if (known) set(field, applyDefaults(inner, known));
  }
  return changed ? filled : value;
}

/** Drops the fields of objects that are null but must not be: they count as absent. List items stay. */
export function dropNulls(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => dropNulls(item, items)) : value;
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, inner]) => {
      const known = fieldSchema(schema, field);
      if (!known) return [[field, inner]];
      return inner === null && !known.nullable ? [] : [[field, dropNulls(inner, known)]];
    }),
  );
}
