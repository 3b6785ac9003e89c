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

/** What stands after a colon or as an item of a list, on one line. */
const VALUE = /(?<=[:,[{-] )[^\s,\]}{[][^,\]}{[\n]*/g;

/** Mutants of texts: the same for the same seed. */
export function* badDocuments(
  texts: readonly string[],
  { seed, count }: { seed: number; count: number },
): Iterable<string> {
  const next = numbersOf(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)];
  for (let made = 0; made < count; made++) {
    let text = pick(texts) ?? "";
    const changes = 1 + Math.floor(next() * 3);
    for (let change = 0; change < changes; change++) {
      const places = [...text.matchAll(VALUE)];
      const place = pick(places);
      if (!place) break;
      const end = place.index + place[0].length;
      const kind = next();
      const evil = kind < 0.8 ? (pick(EVIL) ?? "") : kind < 0.9 ? (pick(places)?.[0] ?? "") : "";
      text = text.slice(0, place.index) + evil + text.slice(end);
    }
    yield text;
  }
}
