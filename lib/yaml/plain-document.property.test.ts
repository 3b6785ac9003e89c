import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { stringify } from "yaml";
import type { FieldPath } from "./field-path";
import { locate } from "./locate";
import { parseYaml, YAML_LIMITS } from "./parse";
import { plainDocument } from "./plain-document";
import { PlainLines } from "./plain-line";
import { plainPlace } from "./plain-place";

const LIMITS = { ...YAML_LIMITS, hasOldBooleans: true as const };

/** Every path of a value, and some that it does not have. */
function pathsOf(value: unknown, prefix: FieldPath = []): FieldPath[] {
  const absent = [prefix, [...prefix, "absent"], [...prefix, 9]];
  if (typeof value !== "object" || value === null) return absent;
  const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return steps
    .flatMap((step) =>
      pathsOf((value as Record<string | number, unknown>)[step], [...prefix, step]),
    )
    .concat(absent);
}

let placed = 0;

/** Holds the two against each other, places too; whether the plain reader took the text. */
function holdsTogether(text: string): boolean {
  const plain = plainDocument(text, new PlainLines(true));
  if (plain === undefined) return false;
  const parsed = parseYaml(text, LIMITS);
  // What has more than one document, or anything to be said against it, is not plain.
  expect(parsed.problems, text).toEqual([]);
  expect(parsed.documents.length, text).toBeLessThanOrEqual(1);
  const [document] = parsed.documents;
  const expected = document ? document.value : null;
  for (const path of document ? pathsOf(plain) : []) {
    const place = plainPlace(text, path);
    if (place) placed++;
    const found = place && parsed.lines.range(place);
    if (found)
      expect(found, `${path.join(".")} of ${text}`).toEqual(locate(parsed, document!, path).range);
  }
  expect(plain, text).toEqual(expected);
  // Order of fields, and -0, too.
  expect(JSON.stringify(plain)).toBe(JSON.stringify(expected));
  return true;
}

const scalar = fc.oneof(
  fc.constantFrom(
    ..."~ null Null nUll true True TRUE tRue false yes Yes no off On y N on1 0 -0 +1 01 010 0o17 0x1F 0b1".split(
      " ",
    ),
    ..."1. .5 -.5 1.5e3 1e3 1e 0.10 1_000 12345678901234567890 1.2.3 10.0.0.1 *x *x &x 10.0.0.0/8 15s .inf -.INF .nan".split(
      " ",
    ),
    ..."2020-01-01 12:30 a:b a#b *x &x !x !!str %x @x `x |x >x -x - -- -1a ?x ? :x <<  = x=y".split(
      " ",
    ),
    ...'{} [] {a} [a, [a] {a:b} {"a":b} [1,true] [-1] [-] [*] ["*"] [a:b] [a,] [,] [yes,0x1]'.split(
      " ",
    ),
    "&x 1",
    "&x  # why",
    "&x [yes]",
    "&y b",
    "&x |",
    "*x # why",
    "*y",
    "*x b",
    "{a: 1, b: [x, 'y']}",
    "[a b, c d]",
    "{a: 1, a: 2}",
    "[a] # why",
    "[a]#no",
    "'it''s'",
    "'on'",
    "''",
    '""',
    '"a\\nb"',
    '"\\u0041"',
    '"\\x41"',
    '"a\\/b"',
    "'a' b",
    "'a' # why",
    "a # why",
    "a #",
    "a b  ",
    "a: b",
    "a:",
    "a b: c",
    "# why",
    "|",
    "|-",
    "|+",
    "|2",
    "| # why",
    ">",
    ">-",
    "é",
    "\u{1f600}",
    "a\tb",
    "",
    "  ",
  ),
  fc.string({ maxLength: 5 }),
);
const key = fc.constantFrom(
  ...'a b c a-b a.b/c _x on true null 1 0x1 .5 -a ? << \'q\' "q" "a b" __proto__ "__proto__" *a &a a# é'.split(
    " ",
  ),
  "a b",
);

/** Lines with all sorts of indents, keys, dashes and scalars: most are faulty together. */
const wildText = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(fc.nat(3), fc.constantFrom("", "", "- ", "-  ", "- - "), key, scalar)
          .map(([indent, dash, name, value]) => `${"  ".repeat(indent)}${dash}${name}: ${value}`),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.nat(3), key)
          .map(([indent, name]) => `${"  ".repeat(indent)}${name}:`),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.nat(5), scalar)
          .map(([indent, value]) => `${" ".repeat(indent)}- ${value}`),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.nat(5), scalar).map(([indent, value]) => " ".repeat(indent) + value),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "",
          "  ",
          "    ",
          "-",
          "  -",
          "---",
          "--- # x",
          "...",
          "# x",
          "   # x",
        ),
      },
    ),
    { maxLength: 6 },
  )
  .chain((lines) => fc.constantFrom(lines.join("\n"), `${lines.join("\n")}\n`));

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.integer({ min: -100, max: 100 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom(
        "v1",
        "on",
        "1",
        "1.5",
        "a: b",
        "# x",
        "two\nlines\n",
        "\n lead",
        "trail \n\n",
      ),
      fc.string({ maxLength: 8 }),
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "host", "x-y", "on", "1", "a b"), tie("value"), {
      maxKeys: 3,
    }),
  ),
}));
const record = fc.dictionary(fc.constantFrom("a", "b", "c/d.e"), anyValue, { minKeys: 1 });

describe("the plain reader", () => {
  it("gives what the exact reader gives, or nothing, for wild texts", () => {
    let taken = 0;
    fc.assert(
      fc.property(wildText, (text) => {
        if (holdsTogether(text)) taken++;
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(150);
  });

  it("gives what the exact reader gives for written values", () => {
    let taken = 0;
    fc.assert(
      fc.property(record, fc.boolean(), (value, indentSeq) => {
        if (holdsTogether(stringify(value, { indentSeq, lineWidth: 0 }))) taken++;
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(150);
    expect(placed).toBeGreaterThan(1000);
  });

  test.each([
    [
      "an object",
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  labels: {}\nspec:\n  ports:\n  - name: http\n    port: 80\n",
    ],
    ["a list with an indent", "a:\n  - b: 1\n    c:\n      - d\n      - - e\n        - f\n"],
    ["a text", "a:\n  b: |\n    one\n\n      two: 2\n    # three\n\nc: |-\n  x\nd:\n- |+\n  y\n\n"],
    ["comments", "# a\n---\n# b\na: 1 # c\n   # d\nb:\n# e\n  c: 2\n".slice(4)],
    ["flow", 'hosts: ["*", a.b]\nempty: []\nof: {x: 1, "y z": [2]}\n'],
    ["old booleans", "a: yes\nb: 'yes'\non: off\n"],
    ["anchors", "a: &x 1\nb: *x # why\nc: &y\n  d: 2\ne: [1]\nf:\n- *y\n"],
    ["nothing", "# only a comment\n"],
  ])("takes %s", (_, text) => {
    expect(holdsTogether(text)).toBe(true);
  });

  test.each([
    ["anchors in each other", "a: &x\n  b: &y 1\nc: *y\n"],
    ["a merge", "<<: {}\n"],
    ["a tag", "a: !!str 1\n"],
    ["a repeated key", "a: 1\na: 2\n"],
    ["a scalar of two lines", "a: b\n  c\n"],
    ["a folded text", "a: >\n  b\n"],
    ["a tab", "a:\tb\n"],
    ["two documents", "a: 1\n---\nb: 1\n"],
    ["a prototype", "__proto__: 1\n"],
    ["no mapping", "- a\n"],
  ])("leaves %s to the exact reader", (_, text) => {
    expect(plainDocument(text)).toBeUndefined();
  });
});
