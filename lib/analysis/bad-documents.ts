/** A sequence of numbers from 0 to 1 that a seed decides (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values in YAML that somebody's check may not have thought of. */
const EVIL: readonly string[] = [
  "null",
  "[]",
  "{}",
  "[null]",
  "{a: null}",
  "-1",
  "1e400",
  ".nan",
  "0x7fffffffffffffff",
  "true",
  '""',
  '"\\u0000\\uFFFF\\uD83D"',
  "!!binary aGk=",
  "!!set {a, b}",
  "{__proto__: {polluted: true}}",
  "{constructor: {prototype: {polluted: true}}}",
  "{toString: 1, hasOwnProperty: 2}",
  `"${"(a+)+".repeat(40)}$"`,
  '"(?:(?:a{1,100}){1,100}){1,100}"',
  '"^(([a-z])+.)+[A-Z]([a-z])+$"',
  `"${"(".repeat(2000)}"`,
  `"${"a.".repeat(5000)}"`,
  `"${"%A(".repeat(300)}"`,
  `${"[".repeat(90)}${"]".repeat(90)}`,
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
  "&x [*x, *x]",
  "&a [&b [*a, *b], *b]",
  "{<<: [{a: 1}, {b: 2}], c: 3}",
  "2001-01-01T00:00:00Z",
  "1_000",
];

/** Names that are more than names to a careless program. */
const EVIL_KEYS: readonly string[] = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "length",
  "then",
  '""',
  '"a.b[0]"',
  "? [a, b]",
  "!!str",
  "0",
];

/** What stands after a colon or as an item of a list, on one line. */
const VALUE = /(?<=[:,[{-] )[^\s,\]}{[][^,\]}{[\n]*/g;
/** A key with its colon. */
const KEY = /[A-Za-z][\w./-]*(?=:(?:\s|$))/gm;

/** How long a value is that nobody means. */
const HUGE = 10_000_000;

interface Chance {
  /** From 0 to 1. */
  readonly next: () => number;
  readonly pick: <T>(list: readonly T[]) => T | undefined;
}
type Mutator = (text: string, chance: Chance) => string;

const replaced = (text: string, start: number, end: number, by: string): string =>
  text.slice(0, start) + by + text.slice(end);

/** Another text at one of the places that `pattern` matches. */
function atAPlace(
  text: string,
  pattern: RegExp,
  { pick }: Chance,
  other: (old: string, all: readonly string[]) => string,
): string {
  // Long enough already; to look for places in it takes longer than to judge it.
  if (text.length > HUGE / 10) return text;
  const places = [...text.matchAll(pattern)];
  const place = pick(places);
  if (!place) return text;
  const all = places.map(([found]) => found);
  return replaced(text, place.index, place.index + place[0].length, other(place[0], all));
}

const value: Mutator = (text, chance) =>
  atAPlace(text, VALUE, chance, (_, all) => {
    const kind = chance.next();
    if (kind < 0.8) return chance.pick(EVIL) ?? "";
    return kind < 0.9 ? (chance.pick(all) ?? "") : "";
  });

const key: Mutator = (text, chance) =>
  atAPlace(text, KEY, chance, (_, all) => chance.pick([...EVIL_KEYS, ...all]) ?? "");

/** A value that is its own part, or stands for a thousand million others. */
const aliases: Mutator = (text, chance) =>
  atAPlace(text, VALUE, chance, () => {
    if (chance.next() < 0.5) return "&self { self: *self, list: [*self, *self] }";
    const laughs = Array.from({ length: 9 }, (_, level) => {
      const items = Array.from({ length: 9 }, () => (level === 0 ? "ha" : `*l${level - 1}`));
      return `&l${level} [${items.join(", ")}]`;
    });
    return `[${laughs.join(", ")}]`;
  });

/** The text as if the disk had been full, or a cat had been there. */
const damage: Mutator = (text, { next, pick }) => {
  const at = Math.floor(next() * text.length);
  const kind = next();
  if (kind < 0.3) return text.slice(0, at);
  if (kind < 0.6) {
    const junk = [
      "\t",
      "\u0000",
      "\ufeff",
      "\r",
      "\ud83d",
      "%",
      "@",
      "`",
      "\n---\n",
      "\n...\n",
      "'",
    ];
    return replaced(text, at, at, pick(junk) ?? "");
  }
  const line = text.split("\n");
  const index = Math.floor(next() * line.length);
  if (kind < 0.8) line.splice(index, 1);
  else line.splice(index, 0, line[index] ?? "");
  return line.join("\n");
};

/** Levels below each other, in lines. */
const depth: Mutator = (text, { next }) => {
  const levels = next() < 0.5 ? 90 : 2000;
  const nested = Array.from({ length: levels }, (_, level) => `${" ".repeat(level)}a:`);
  return `${text}\ndeep:\n${nested.map((line) => ` ${line}`).join("\n")} 1\n`;
};

/** More of one thing than anybody has. */
const width: Mutator = (text, chance) =>
  atAPlace(text, VALUE, chance, (old) => {
    const items = Array.from({ length: 5_000 }, (_, index) => `k${index}`);
    return chance.next() < 0.5
      ? `[${items.join(", ")}]`
      : `{${items.map((name) => `${name}: ${old.replace(/[^\w.-]/g, "")}`).join(", ")}}`;
  });

/** A text of ten million letters, some of which ask a regular expression to look back. */
const length: Mutator = (text, chance) =>
  atAPlace(text, VALUE, chance, () => {
    const piece = chance.pick(["x", "a.", "*", "ab-", "(a+)", "é", "0", "/", "%25"]) ?? "x";
    return `"${piece.repeat(Math.ceil(HUGE / piece.length))}"`;
  });

/** Each with its share of a thousand changes; what is slow to write down is rare. */
const MUTATORS: readonly (readonly [share: number, mutate: Mutator])[] = [
  [600, value],
  [180, key],
  [40, aliases],
  [148, damage],
  [20, depth],
  [8, width],
  [4, length],
];

/** Mutants of texts: the same for the same seed. */
export function* badDocuments(
  texts: readonly string[],
  { seed, count }: { seed: number; count: number },
): Iterable<string> {
  const next = numbersOf(seed);
  const chance: Chance = { next, pick: (list) => list[Math.floor(next() * list.length)] };
  for (let made = 0; made < count; made++) {
    let text = chance.pick(texts) ?? "";
    const changes = 1 + Math.floor(next() * 3);
    for (let change = 0; change < changes; change++) {
      let share = next() * 1000;
      const [, mutate = value] = MUTATORS.find(([part]) => (share -= part) < 0) ?? [];
      text = mutate(text, chance);
    }
    yield text;
  }
}
