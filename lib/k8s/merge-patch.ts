import { isRecord, type JsonRecord, sameJson } from "./json-value";

/**
 * Applies a JSON merge patch (RFC 7386) to a document and returns the outcome; neither is changed.
 * `null` removes a field, an object merges into one, anything else replaces.
 */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(document) ? { ...document } : {};
  for (const [field, change] of Object.entries(patch)) {
    if (change === null) delete merged[field];
    else define(merged, field, applyMergePatch(merged[field], change));
  }
  return merged;
}

/**
 * The smallest merge patch that turns `before` into `after`; an empty object when they are equal.
 * Lists are replaced as a whole. A field that `after` holds as `null` cannot be expressed and is removed.
 */
export function mergePatchBetween(before: JsonRecord, after: JsonRecord): JsonRecord {
  const patch: Record<string, unknown> = {};
  for (const field of Object.keys(before)) {
    if (after[field] === undefined) define(patch, field, null);
  }
  for (const [field, value] of Object.entries(after)) {
    if (value === undefined) continue;
    const old = Object.hasOwn(before, field) ? before[field] : undefined;
    if (isRecord(old) && isRecord(value)) {
      const inner = mergePatchBetween(old, value);
      if (Object.keys(inner).length > 0) define(patch, field, inner);
    } else if (!sameJson(old, value)) define(patch, field, value);
  }
  return patch;
}

/** Sets an own field, `__proto__` among them. */
function define(record: Record<string, unknown>, field: string, value: unknown): void {
  Object.defineProperty(record, field, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
