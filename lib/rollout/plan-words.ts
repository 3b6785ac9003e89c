import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";

/** How fields of one object may be called: by their names, or by words that mean the same. */
export interface FieldNames {
  readonly names: ReadonlySet<string>;
  /** The names by all of their spellings. */
  readonly bySpelling: ReadonlyMap<string, string>;
}

/** `warm-up`, `warm_up` and `WarmUp` are one word. */
const squashed = (word: string): string => word.toLowerCase().replace(/[-_ /]/g, "");

/** The fields of an object, and other words for them. */
export function namesOf(
  names: readonly string[],
  synonyms: Readonly<Record<string, string>>,
): FieldNames {
  const bySpelling = new Map<string, string>();
  const known = [...names.map((name) => [name, name] as const), ...Object.entries(synonyms)];
  for (const [word, name] of known) {
    bySpelling.set(squashed(word), name);
    // A unit in the name changes nothing where lengths are seconds.
    bySpelling.set(squashed(`${word}Seconds`), name);
  }
  return { names: new Set(names), bySpelling };
}

/** The field that a word means; undefined where it means none. */
const meant = ({ names, bySpelling }: FieldNames, word: string): string | undefined =>
  names.has(word) ? word : bySpelling.get(squashed(word));

/**
 * The object with its fields by their names. A word whose field is there already, or that means what
 * another one does too, stays what it is.
 */
export function renamed(object: JsonRecord, fields: FieldNames): JsonRecord {
  const words = Object.keys(object);
  const meanings = words.map((word) => meant(fields, word));
  return Object.fromEntries(
    Object.entries(object).map(([word, value], index) => {
      const name = meanings[index];
      const isOnly = meanings.indexOf(name) === index && meanings.lastIndexOf(name) === index;
      return [name !== undefined && isOnly ? name : word, value];
    }),
  );
}

/** The object with the fields of the one called `into` inside it. */
export function withMoved(object: JsonRecord, into: string, fields: FieldNames): JsonRecord {
  const inner = object[into] ?? {};
  if (!isRecord(inner)) return object;
  const own = new Set(Object.keys(renamed(inner, fields)));
  const moved = Object.entries(object).flatMap(([word, value]) => {
    const name = word === into ? undefined : meant(fields, word);
    return name === undefined || own.has(name) ? [] : [{ word, name, value }];
  });
  const once = moved.filter(({ name }) => moved.filter((each) => each.name === name).length === 1);
  if (once.length === 0) return object;
  const words = new Set(once.map(({ word }) => word));
  const rest = Object.entries(object).filter(([word]) => !words.has(word));
  const added = Object.fromEntries(once.map(({ name, value }) => [name, value]));
  return { ...Object.fromEntries(rest), [into]: { ...inner, ...added } };
}

/** The first of each list of words that the object has, and the words that are in no list. */
export function taken(
  object: JsonRecord,
  lists: readonly (readonly string[])[],
): readonly [readonly unknown[], readonly string[]] {
  const values = lists.map((words) => {
    const word = words.find((each) => each in object);
    return word === undefined ? undefined : object[word];
  });
  const known = new Set(lists.flat());
  return [values, Object.keys(object).filter((word) => !known.has(word))];
}
