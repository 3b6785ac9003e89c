/**
 * What makes one value of JSON into another; as in JSON, a field that is undefined is none. Lists of things with an `id` are told thing by thing,
 * objects field by field; anything else is replaced whole.
 */
export type Difference =
  | { readonly to: unknown }
  | {
      readonly fields: Readonly<Record<string, Difference>>;
      /** Fields that are no more. */
      readonly gone?: readonly string[];
    }
  | {
      readonly items: Readonly<Record<string, Difference>>;
      /** All ids in their order, where that or the set of them changed. */
      readonly order?: readonly string[];
    };

/** What changed from `before` to `after`; undefined when nothing did. */
export function difference(before: unknown, after: unknown): Difference | undefined {
  if (Object.is(before, after)) return undefined;
  const lists = Array.isArray(before) && Array.isArray(after);
  if (lists) return listDifference(before, after);
  if (!isRecord(before) || !isRecord(after)) return { to: after };
  const fields: Record<string, Difference> = {};
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined) continue;
    const change = Object.hasOwn(before, key)
      ? difference(before[key], value)
      : ({ to: value } as const);
    if (change) fields[key] = change;
  }
  const gone = Object.keys(before).filter(
    (key) => before[key] !== undefined && (!Object.hasOwn(after, key) || after[key] === undefined),
  );
  if (gone.length === 0 && Object.keys(fields).length === 0) return undefined;
  return gone.length > 0 ? { fields, gone } : { fields };
}

function listDifference(
  before: readonly unknown[],
  after: readonly unknown[],
): Difference | undefined {
  const [had, has] = [byId(before), byId(after)];
  if (!had || !has) {
    const same =
      before.length === after.length &&
      before.every((value, index) => difference(value, after[index]) === undefined);
    return same ? undefined : { to: after };
  }
  const items: Record<string, Difference> = {};
  for (const [id, value] of has) {
    const change = had.has(id) ? difference(had.get(id), value) : ({ to: value } as const);
    if (change) items[id] = change;
  }
  const [order, orderBefore] = [[...has.keys()], [...had.keys()]];
  const moved =
    order.length !== orderBefore.length || order.some((id, index) => id !== orderBefore[index]);
  if (!moved && Object.keys(items).length === 0) return undefined;
  return moved ? { items, order } : { items };
}

/**
 * `before` with a change made to it. What did not change is the same object as before, so that
 * whoever shows it need not look again.
 *
 * @throws TypeError when the change was made for another value.
 */
export function withDifference(before: unknown, change: Difference): unknown {
  if ("to" in change) return change.to;
  if ("items" in change) {
    const had = Array.isArray(before) ? byId(before) : undefined;
    if (!had) throw new TypeError("this change is one of a list of things with ids");
    const order = change.order ?? [...had.keys()];
    return order.map((id) => changed(had.get(id), ownField(change.items, id)));
  }
  if (!isRecord(before)) throw new TypeError("this change is one of an object's fields");
  const gone = new Set(change.gone);
  const kept = Object.entries(before).filter(([key]) => !gone.has(key));
  const fields = Object.entries(change.fields).map(
    ([key, part]) => [key, changed(ownField(before, key), part)] as const,
  );
  return Object.fromEntries([...kept, ...fields]);
}

const changed = (value: unknown, change: Difference | undefined) =>
  change ? withDifference(value, change) : value;

/** Ids come from outside, and may be named as what every object has. */
const ownField = <Value>(from: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(from, key) ? from[key] : undefined;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** By their ids, in their order; undefined where not each has one of its own. */
function byId(values: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const found = new Map<string, unknown>();
  for (const value of values) {
    if (!isRecord(value) || typeof value.id !== "string" || found.has(value.id)) return undefined;
    found.set(value.id, value);
  }
  return found;
}
