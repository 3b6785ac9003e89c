import { isRecord, type JsonRecord, sameJson } from "./json-value";
import { fieldSchema, type Schema } from "./schema";

/** A strategic merge patch that does not fit its schema. */
export class StrategicPatchError extends Error {
  override readonly name = "StrategicPatchError";

  constructor(
    message: string,
    /**
     * `format`: a directive is not written as it must be. `fit`: the patch does not fit what it
     * merges into.
     */
    readonly reason: "format" | "fit" = "fit",
  ) {
    super(message);
  }
}

const DELETE_ITEMS = "$deleteFromPrimitiveList/";
const ORDER = "$setElementOrder/";
const RETAIN = "$retainKeys";
const LIST_FORMAT = "invalid patch format of primitive list";
const PATCH_TYPES: readonly unknown[] = [undefined, "merge", "replace", "delete"];

/**
 * Applies a strategic merge patch, as kubectl sends it for built-in kinds, and returns the outcome.
 * Lists merge by the key that the schema names; `$patch`, `$setElementOrder`, `$retainKeys` and
 * `$deleteFromPrimitiveList` are obeyed.
 *
 * Source: the rules and the errors of apimachinery's strategicpatch. @throws StrategicPatchError
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
  checkPatchType(patch);
  if (patch.$patch === "replace") return plain(patch);
  if (patch.$patch === "delete") return {};
  const merged: Record<string, unknown> = { ...document };
  retainKeys(merged, patch);
  for (const [field, change] of Object.entries(plain(patch))) {
    const known = schema && fieldSchema(schema, field);
    const outcome = mergeValue(merged[field], change, known);
    if (outcome === undefined) delete merged[field];
    else merged[field] = outcome;
  }
  for (const [directive, value] of Object.entries(patch)) {
    if (directive.startsWith(DELETE_ITEMS)) {
      const field = directive.slice(DELETE_ITEMS.length);
      const list = merged[field];
      if (Array.isArray(list)) {
        const gone = listOf(value, new StrategicPatchError(LIST_FORMAT, "format"));
        merged[field] = list.filter((item) => !gone.some((one) => sameJson(one, item)));
      }
    } else if (directive.startsWith(ORDER)) {
      const order = listOf(
        value,
        new StrategicPatchError(`expected a []interface {}, but received a ${goTypeOf(value)}`),
      );
      const field = directive.slice(ORDER.length);
      const [list, before] = [merged[field], document[field]];
      if (!Array.isArray(list)) continue;
      const key = keyOf(schema && fieldSchema(schema, field));
      merged[field] = ordered(list, order, Array.isArray(before) ? before : [], key);
    }
  }
  return merged;
}

function checkPatchType(patch: JsonRecord): void {
  if (PATCH_TYPES.includes(patch.$patch)) return;
  throw new StrategicPatchError(
    `unknown patch type: ${goText(patch.$patch)} in map: ${goText(patch)}`,
  );
}

/** Takes away what `$retainKeys` does not name; it must name all that the patch sets. */
function retainKeys(merged: Record<string, unknown>, patch: JsonRecord): void {
  if (patch[RETAIN] === undefined) return;
  const fault = new StrategicPatchError("invalid patch format of retainKeys", "format");
  const retained = listOf(patch[RETAIN], fault);
  const stray = Object.entries(plain(patch)).find(
    ([field, change]) => change !== null && !retained.includes(field),
  );
  if (stray) throw fault;
  for (const field of Object.keys(merged)) if (!retained.includes(field)) delete merged[field];
}

function listOf(value: unknown, fault: StrategicPatchError): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw fault;
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
    return ordered([...before, ...added], change, before, key);
  }
  for (const item of change) {
    if (!isRecord(item)) {
      throw new StrategicPatchError(`an item merged by ${key} must be an object`);
    }
    checkPatchType(item);
  }
  const items = change as readonly JsonRecord[];
  const values = items.filter(({ $patch }) => $patch !== "replace" && $patch !== "delete");
  if (items.some(({ $patch }) => $patch === "replace")) return values;
  let merged = [...before];
  for (const item of items) {
    const id = item[key];
    if (id === undefined) {
      throw new StrategicPatchError(
        `map: ${goText(item)} does not contain declared merge key: ${key}`,
      );
    }
    const at = merged.findIndex((known) => isRecord(known) && known[key] === id);
    const found = merged[at];
    if (item.$patch === "delete") {
      merged = merged.filter((known) => !(isRecord(known) && known[key] === id));
    } else if (at < 0) merged.push(mergeObject({}, item, schema.items));
    else merged[at] = mergeObject(isRecord(found) ? found : {}, item, schema.items);
  }
  return ordered(merged, values, before, key);
}

const withoutDirectives = (item: unknown): unknown => (isRecord(item) ? plain(item) : item);

/**
 * The items that the patch names in its order, the others in theirs. Where the two meet, the live
 * list decides; what it does not have comes before what only it has.
 */
function ordered(
  list: readonly unknown[],
  order: readonly unknown[],
  live: readonly unknown[],
  key: string | undefined,
): readonly unknown[] {
  const idOf = (item: unknown): unknown => (key !== undefined && isRecord(item) ? item[key] : item);
  const placeIn = (items: readonly unknown[]) => (item: unknown) =>
    items.findIndex((other) => sameJson(idOf(other), idOf(item)));
  const [rank, place] = [placeIn(order), placeIn(live)];
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const others = list.filter((item) => rank(item) < 0).sort((a, b) => place(a) - place(b));
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [mine, theirs] = [place(named[0]), place(others[0])];
    result.push(mine >= 0 && theirs >= 0 && theirs < mine ? others.shift() : named.shift());
  }
  return [...result, ...named, ...others];
}

/** The type that Go gives to a JSON value which is no list. */
function goTypeOf(value: unknown): string {
  if (isRecord(value)) return "map[string]interface {}";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return Number.isInteger(value) ? "int64" : "float64";
}

/** A JSON value as Go prints it in errors. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (value === null || value === undefined) return "<nil>";
  if (!isRecord(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((field) => `${field}:${goText(value[field])}`);
  return `map[${entries.join(" ")}]`;
}
