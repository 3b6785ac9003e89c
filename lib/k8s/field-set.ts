import { isRecord, type JsonRecord } from "./json-value";

/**
 * A set of fields, as a tree. Steps are written as in `fieldsV1`: `f:name` for a field,
 * `k:{"name":"x"}` for an item of a list-map, `v:"x"` for an item of a set.
 */
export interface FieldSet {
  /** Whether the place itself is in the set, and not only something below it. */
  readonly member: boolean;
  readonly below: ReadonlyMap<string, FieldSet>;
}

/** The set of nothing. */
export const NO_FIELDS: FieldSet = { member: false, below: new Map() };
/** The set of one place. */
export const ITSELF: FieldSet = { member: true, below: new Map() };

const isEmpty = (set: FieldSet): boolean => !set.member && set.below.size === 0;

/** A set of the places below some steps; empty ones are left out. */
export function fieldSet(below: Iterable<readonly [string, FieldSet]>, member = false): FieldSet {
  return { member, below: new Map([...below].filter(([, inner]) => !isEmpty(inner))) };
}

/** Whether nothing is in the set. */
export const hasNoFields = isEmpty;

/** What is in either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const below = new Map(a.below);
  for (const [step, inner] of b.below) {
    const known = below.get(step);
    below.set(step, known ? union(known, inner) : inner);
  }
  return { member: a.member || b.member, below };
}

/** What is in `a` but not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return fieldSet(
    [...a.below].map(([step, inner]) => {
      const other = b.below.get(step);
      return [step, other ? difference(inner, other) : inner] as const;
    }),
    a.member && !b.member,
  );
}

/** What is in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return fieldSet(
    [...a.below].flatMap(([step, inner]) => {
      const other = b.below.get(step);
      return other ? [[step, intersection(inner, other)] as const] : [];
    }),
    a.member && b.member,
  );
}

/** The set without the places below one step of its root. */
export function withoutStep(set: FieldSet, step: string): FieldSet {
  if (!set.below.has(step)) return set;
  return fieldSet(
    [...set.below].filter(([known]) => known !== step),
    set.member,
  );
}

/** Reads `fieldsV1`; anything malformed counts as nothing. */
export function parseFields(fields: unknown): FieldSet {
  if (!isRecord(fields)) return NO_FIELDS;
  const steps = Object.entries(fields).filter(([step]) => step !== ".");
  if (steps.length === 0) return ITSELF;
  return {
    member: Object.hasOwn(fields, "."),
    below: new Map(steps.map(([step, inner]) => [step, parseFields(inner)])),
  };
}

/** Writes `fieldsV1`, steps in order. */
export function fieldsDocument({ member, below }: FieldSet): JsonRecord {
  const steps = [...below].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(member && steps.length > 0 ? { ".": {} } : {}),
    ...Object.fromEntries(steps.map(([step, inner]) => [step, fieldsDocument(inner)])),
  };
}

/** The places in a set as conflicts name them: `.spec.ports[port=80,protocol="TCP"].targetPort`. */
export function fieldTexts(set: FieldSet, prefix = ""): readonly string[] {
  const below = [...set.below].flatMap(([step, inner]) =>
    fieldTexts(inner, prefix + stepText(step)),
  );
  return set.member ? [prefix, ...below] : below;
}

function stepText(step: string): string {
  const text = step.slice(2);
  if (step.startsWith("f:")) return `.${text}`;
  if (step.startsWith("v:")) return `[=${text}]`;
  const keys = parseKeys(text);
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(",")}]`;
}

function parseKeys(text: string): JsonRecord {
  const keys: unknown = JSON.parse(text);
  return isRecord(keys) ? keys : {};
}
