import { fieldSet, type FieldSet, ITSELF, NO_FIELDS } from "./field-set";
import { isRecord, type JsonRecord, sameJson } from "./json-value";
import { fieldSchema, listKeys, type Schema } from "./schema";

/** One step below a value: where it leads, and whether the schema names it or it is an entry of a map. */
interface Step {
  readonly value: unknown;
  readonly schema: Schema | undefined;
  readonly isEntry: boolean;
}

/** The parts of a value that are owned apart from each other; undefined when it is owned as a whole. */
type Parts = ReadonlyMap<string, Step>;

/** The parts of a value by its schema: fields of objects, items of list-maps and sets. */
function partsOf(value: unknown, schema: Schema | undefined): Parts | undefined {
  if (Array.isArray(value)) return schema && itemsOf(value, schema);
  if (!isRecord(value) || schema?.["x-kubernetes-map-type"] === "atomic") return undefined;
  const parts = new Map<string, Step>();
  for (const [field, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    parts.set(`f:${field}`, {
      value: inner,
      schema: schema && fieldSchema(schema, field),
      isEntry: !schema?.properties || !Object.hasOwn(schema.properties, field),
    });
  }
  return parts;
}

function itemsOf(list: readonly unknown[], schema: Schema): Parts | undefined {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "map" && type !== "set") return undefined;
  if (type === "map" && !list.every(isRecord)) return undefined;
  return new Map(
    list.map((value) => [
      itemStep(value, schema),
      { value, schema: schema.items, isEntry: true } satisfies Step,
    ]),
  );
}

/** The step that leads to an item of a list-map or set. */
function itemStep(item: unknown, schema: Schema): string {
  if (schema["x-kubernetes-list-type"] !== "map") return `v:${JSON.stringify(item)}`;
  const keys = Object.entries(listKeys(item, schema)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

/** All fields of a value: what a client that applies it wants to own. */
export function fieldsOf(value: unknown, schema: Schema | undefined): FieldSet {
  const parts = partsOf(value, schema);
  if (!parts) return ITSELF;
  if (parts.size === 0) return Array.isArray(value) ? NO_FIELDS : ITSELF;
  return fieldSet(
    [...parts].map(([step, part]) => {
      const inner = fieldsOf(part.value, part.schema);
      return [step, part.isEntry ? { ...inner, member: true } : inner] as const;
    }),
  );
}

/** What a write did to which fields. */
export interface Comparison {
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const NOTHING: Comparison = { changed: NO_FIELDS, removed: NO_FIELDS };

/** The fields that differ between two states of a value; `undefined` is a value that is not there. */
export function compare(before: unknown, after: unknown, schema: Schema | undefined): Comparison {
  if (before === undefined && after === undefined) return NOTHING;
  if (before === undefined) return { changed: born(after, schema), removed: NO_FIELDS };
  if (after === undefined) return { changed: NO_FIELDS, removed: born(before, schema) };
  const old = partsOf(before, schema);
  const next = partsOf(after, schema);
  if (!old || !next || (old.size === 0 && next.size === 0)) {
    return sameJson(before, after) ? NOTHING : { changed: ITSELF, removed: NO_FIELDS };
  }
  const steps = new Set([...old.keys(), ...next.keys()]);
  const inner = [...steps].map((step) => {
    const part = next.get(step) ?? old.get(step);
    return [step, compare(old.get(step)?.value, next.get(step)?.value, part?.schema)] as const;
  });
  return {
    changed: fieldSet(inner.map(([step, { changed }]) => [step, changed])),
    removed: fieldSet(inner.map(([step, { removed }]) => [step, removed])),
  };
}

/** The fields of a value that came or went as a whole: the places on the way to them included. */
function born(value: unknown, schema: Schema | undefined): FieldSet {
  const parts = partsOf(value, schema);
  if (!parts || parts.size === 0) return ITSELF;
  return fieldSet(
    [...parts].map(([step, part]) => [step, born(part.value, part.schema)] as const),
    true,
  );
}

/** `live` with everything that `applied` says laid over it. */
export function mergeApplied(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  const wanted = partsOf(applied, schema);
  const known = partsOf(live, schema);
  if (live === undefined || !wanted || !known) return applied;
  if (Array.isArray(applied)) {
    const kept = [...known].map(([step, { value }]) => {
      const over = wanted.get(step);
      return over ? mergeApplied(value, over.value, over.schema) : value;
    });
    const added = [...wanted].filter(([step]) => !known.has(step)).map(([, { value }]) => value);
    return [...kept, ...added];
  }
  const merged: Record<string, unknown> = { ...(live as JsonRecord) };
  for (const [step, part] of wanted) {
    const field = step.slice(2);
    merged[field] = mergeApplied(merged[field], part.value, part.schema);
  }
  return merged;
}

/**
 * `value` without the places in `gone`. A place that goes takes along all below it, defaults that
 * nobody owns among them, unless something there is in `claimed`.
 */
export function removeFields(
  value: unknown,
  gone: FieldSet,
  claimed: FieldSet,
  schema: Schema | undefined,
): unknown {
  const parts = partsOf(value, schema);
  if (!parts) return value;
  const kept = [...parts].flatMap(([step, part]): readonly (readonly [string, unknown])[] => {
    const inner = gone.below.get(step);
    if (!inner) return [[step, part.value]];
    const others = claimed.below.get(step);
    if (inner.member && !others) return [];
    return [[step, removeFields(part.value, inner, others ?? NO_FIELDS, part.schema)]];
  });
  if (Array.isArray(value)) return kept.map(([, inner]) => inner);
  return Object.fromEntries(kept.map(([step, inner]) => [step.slice(2), inner]));
}
