import { isRecord } from "./json-value";
import { fieldPath, type Schema } from "./schema";

/** A value without the fields that its schema does not know, and the paths of those. */
export interface Pruned {
  readonly value: unknown;
  /** `spec.http[0].matchh`, sorted as they were met. */
  readonly unknown: readonly string[];
}

/** Drops the fields that the schema of a whole object does not know. The object is not changed. */
export function prune(object: unknown, schema: Schema): Pruned {
  const unknown: string[] = [];
  return { value: walk(object, schema, "", unknown), unknown };
}

function walk(value: unknown, schema: Schema, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    if (schema["x-kubernetes-preserve-unknown-fields"]) return value;
    // A list where none belongs: nothing in its items is known.
    const { items = {} } = schema;
    return mapSame(value, (item, index) => walk(item, items, `${path}[${index}]`, unknown));
  }
  if (!isRecord(value)) return value;
  if (schema["x-kubernetes-embedded-resource"] && !path) return value;
  const { properties = {}, additionalProperties } = schema;
  const keepsAll =
    schema["x-kubernetes-preserve-unknown-fields"] === true || additionalProperties === true;
  let changed = false;
  const kept: Record<string, unknown> = {};
  for (const [field, inner] of Object.entries(value)) {
    const at = fieldPath(path, field);
    const known = Object.hasOwn(properties, field)
      ? properties[field]
      : isRecord(additionalProperties)
        ? (additionalProperties as Schema)
        : undefined;
    if (!known && !keepsAll) {
      unknown.push(at);
      changed = true;
      continue;
    }
    const next = known ? walk(inner, known, at, unknown) : inner;
    if (next !== inner) changed = true;
    kept[field] = next;
  }
  return changed ? kept : value;
}

/** Maps a list; the same list when no item changed. */
function mapSame(
  list: readonly unknown[],
  map: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  const mapped = list.map(map);
  return mapped.every((item, index) => item === list[index]) ? list : mapped;
}
