import { isRecord, type JsonRecord, sameJson } from "./json-value";
import { fieldSchema, type Schema } from "./schema";

/** A strategic merge patch that does not fit its schema. */
export class StrategicPatchError extends Error {
  override readonly name = "StrategicPatchError";
}

const DELETE_ITEMS = "$deleteFromPrimitiveList/";
const ORDER = "$setElementOrder/";
const RETAIN = "$retainKeys";

/**
 * Applies a strategic merge patch, as kubectl sends it for built-in kinds, and returns the outcome.
 * Lists merge by the key that the schema names; `$patch`, `$setElementOrder`, `$retainKeys` and
 * `$deleteFromPrimitiveList` are obeyed. @throws StrategicPatchError
 */
export function applyStrategicMergePatch(
  document: unknown,
  patch: JsonRecord,
  schema: Schema | undefined,
): unknown {
  return mergeObject(isRecord(document) ? document : {}, patch, schema);
}

const isDirective = (field: string): boolean => field.startsWith("$");

/** The fields of a patch that are values, not directives. */
const plain = (patch: JsonRecord): JsonRecord =>
  Object.fromEntries(Object.entries(patch).filter(([field]) => !isDirective(field)));

function mergeObject(
  document: JsonRecord,
  patch: JsonRecord,
  schema: Schema | undefined,
): JsonRecord {
  if (patch.$patch === "replace") return plain(patch);
  if (patch.$patch === "delete") return {};
  const merged: Record<string, unknown> = { ...document };
  const retained = patch[RETAIN];
  if (Array.isArray(retained)) {
    for (const field of Object.keys(merged)) if (!retained.includes(field)) delete merged[field];
  }
  for (const [field, change] of Object.entries(plain(patch))) {
    const known = schema && fieldSchema(schema, field);
    const outcome = mergeValue(merged[field], change, known);
    if (outcome === undefined) delete merged[field];
    else merged[field] = outcome;
  }
  for (const [directive, value] of Object.entries(patch)) {
    if (!Array.isArray(value)) continue;
    if (directive.startsWith(DELETE_ITEMS)) {
      const field = directive.slice(DELETE_ITEMS.length);
      const list = merged[field];
      if (Array.isArray(list)) {
        merged[field] = list.filter((item) => !value.some((gone) => sameJson(gone, item)));
      }
    } else if (directive.startsWith(ORDER)) {
      const field = directive.slice(ORDER.length);
      const list = merged[field];
      if (Array.isArray(list)) {
        merged[field] = ordered(list, value, keyOf(schema && fieldSchema(schema, field)));
      }
    }
  }
  return merged;
}

/** Undefined: the field goes. */
function mergeValue(before: unknown, change: unknown, schema: Schema | undefined): unknown {
  if (change === null) return undefined;
  if (Array.isArray(change)) {
    return mergeList(Array.isArray(before) ? before : [], change, schema);
  }
  if (!isRecord(change)) return change;
  if (change.$patch === "delete") return undefined;
  return mergeObject(isRecord(before) ? before : {}, change, schema);
}

const keyOf = (schema: Schema | undefined): string | undefined =>
  schema?.["x-kubernetes-patch-merge-key"];

function mergeList(
  before: readonly unknown[],
  change: readonly unknown[],
  schema: Schema | undefined,
): readonly unknown[] {
  if (schema?.["x-kubernetes-patch-strategy"] !== "merge") return change.map(withoutDirectives);
  const key = keyOf(schema);
  if (key === undefined) {
    const added = change.filter((item) => !before.some((known) => sameJson(known, item)));
    return [...before, ...added];
  }
  if (change.some((item) => isRecord(item) && item.$patch === "replace")) {
    return change.filter((item) => !(isRecord(item) && item.$patch === "replace"));
  }
  let merged = [...before];
  for (const item of change) {
    if (!isRecord(item))
      throw new StrategicPatchError(`an item merged by ${key} must be an object`);
    const id = item[key];
    if (id === undefined) {
      throw new StrategicPatchError(
        `map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`,
      );
    }
    const at = merged.findIndex((known) => isRecord(known) && known[key] === id);
    const found = merged[at];
    if (item.$patch === "delete") merged = merged.filter((_, index) => index !== at);
    else if (at < 0) merged.push(mergeObject({}, item, schema.items));
    else merged[at] = mergeObject(isRecord(found) ? found : {}, item, schema.items);
  }
  return merged;
}

const withoutDirectives = (item: unknown): unknown => (isRecord(item) ? plain(item) : item);

/** The items in the order that the patch asks for; those that it does not name keep their neighbours. */
function ordered(
  list: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
): readonly unknown[] {
  const idOf = (item: unknown): unknown => (key !== undefined && isRecord(item) ? item[key] : item);
  const wanted = order.map(idOf);
  const rank = (item: unknown): number => wanted.findIndex((id) => sameJson(id, idOf(item)));
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  let next = 0;
  return list.map((item) => (rank(item) >= 0 ? named[next++] : item));
}
