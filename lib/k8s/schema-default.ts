import { weakMemo } from "@/lib/base/weak-memo";
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
  // Most objects have nothing to fill in: a copy is made when the first field is.
  let filled: Record<string, unknown> | undefined;
  for (const [field, { default: standard, nullable }] of standardsOf(schema)) {
    const given = value[field];
    if (given === undefined || (given === null && !nullable)) {
      filled ??= { ...value };
      filled[field] = standard;
    }
  }
  const current = filled ?? value;
  for (const field of Object.keys(current)) {
    const inner = current[field];
    const known = typeof inner === "object" ? fieldSchema(schema, field) : undefined;
    const next = known ? applyDefaults(inner, known) : inner;
    if (next === inner) continue;
    filled ??= { ...value };
    filled[field] = next;
  }
  return filled ?? value;
}

/** The fields of a schema that have a default. */
const standardsOf: (schema: Schema) => readonly (readonly [string, Schema])[] = weakMemo((schema) =>
  Object.entries(schema.properties ?? {}).filter(([, inner]) => inner.default !== undefined),
);

/** Drops the fields of objects that are null but must not be: they count as absent. List items stay. */
export function dropNulls(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    const kept = value.map((item) => dropNulls(item, items));
    return kept.every((item, index) => item === value[index]) ? value : kept;
  }
  if (!isRecord(value)) return value;
  let kept: Record<string, unknown> | undefined;
  for (const field of Object.keys(value)) {
    const inner = value[field];
    const known = typeof inner === "object" ? fieldSchema(schema, field) : undefined;
    if (!known) continue;
    const dropped = inner === null && !known.nullable;
    const next = dropped ? undefined : dropNulls(inner, known);
    if (next === inner) continue;
    kept ??= { ...value };
    if (dropped) delete kept[field];
    else kept[field] = next;
  }
  return kept ?? value;
}
