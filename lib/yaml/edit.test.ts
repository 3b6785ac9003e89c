import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { stringify } from "yaml";
import { applyChange, applyEdits, type FieldEdit, planEdit } from "./edit";
import type { FieldPath } from "./field-path";
import { valueAt, withoutValueAt, withValueAt } from "./field-value";
import { parseYaml } from "./parse";
import { toYaml } from "./stringify";

const after = (text: string, ...edits: FieldEdit[]) => {
  const result = applyEdits(text, edits);
  expect(result.refused).toEqual([]);
  return result.text;
};

const ROUTES = `# who may call
spec:
  hosts: [reviews]   # short on purpose
  http:
  - name: "primary"
    route:
    # stable
    - destination: {host: reviews, subset: v1}
      weight: 90 # most
    - destination:
        host: reviews
        subset: 'v2'
      weight: 10

    timeout: 3s
  unknown: {kept: yes}
`;

describe("set", () => {
  it("replaces a scalar and keeps comment and quotes", () => {
    expect(
      after(
        ROUTES,
        { op: "set", path: ["spec", "http", 0, "route", 0, "weight"], value: 80 },
        {
          op: "set",
          path: ["spec", "http", 0, "route", 1, "destination", "subset"],
          value: "v3",
        },
        { op: "set", path: ["spec", "http", 0, "route", 0, "destination", "subset"], value: "v2" },
      ),
    ).toBe(
      ROUTES.replace("90 #", "80 #").replace("'v2'", "'v3'").replace("subset: v1", "subset: v2"),
    );
  });

  test.each<[string, string, [FieldPath, unknown], string]>([
    ["a new field behind the last one", "a: 1 # x\n", [["b"], 2], "a: 1 # x\nb: 2\n"],
    ["a field without a value", "a:\nb: 1\n", [["a"], "x"], "a: x\nb: 1\n"],
    [
      "a mapping where there is none",
      "a:\n  b: 1\n",
      [["a", "c", "d"], 2],
      "a:\n  b: 1\n  c:\n    d: 2\n",
    ],
    ["a list where there is none", "a: {}\n", [["b"], [1, 2]], "a: {}\nb:\n- 1\n- 2\n"],
    ["a mapping in place of a scalar", "a: 1\n", [["a"], { b: 2 }], "a:\n  b: 2\n"],
    ["a scalar in place of a list", "a:\n- 1\n- 2\nb: 3\n", [["a"], 1], "a: 1\nb: 3\n"],
    ["a list item", "a:\n- b: 1\n  c: 2\n", [["a", 0], { d: 3 }], "a:\n- d: 3\n"],
    ["an item behind the last one", "a:\n  - 1\n", [["a", 1], 2], "a:\n  - 1\n  - 2\n"],
    ["a field inside braces", "a: {b: 1}\n", [["a", "c"], "x, y"], 'a: {b: 1, c: "x, y"}\n'],
    ["a text without a last line break", "a: 1", [["b"], 2], "a: 1\nb: 2"],
    ["an empty text", "", [["a", "b"], 1], "a:\n  b: 1\n"],
    ["a field behind a block text", "a: |+\n  x\n\n", [["b"], 1], "a: |+\n  x\n\nb: 1\n"],
    ["a word that YAML 1.1 takes for true", "a: b\n", [["a"], "on"], 'a: "on"\n'],
  ])("%s", (_, text, [path, value], expected) => {
    expect(after(text, { op: "set", path, value })).toBe(expected);
  });

  it("refuses to change what an anchor shares", () => {
    const text = "a: &x\n  b: 1\nc: *x\n";
    const parsed = parseYaml(text);
    const plan = (path: FieldPath) =>
      planEdit(parsed, parsed.documents[0]!, { op: "set", path, value: 2 });
    expect(plan(["c", "b"])).toMatchObject({ ok: false });
    expect(plan(["a", "b"])).toMatchObject({ ok: false });
    expect(plan(["c"])).toMatchObject({ ok: true });
  });

  it("edits one document of several", () => {
    const text = "a: 1\n---\na: 2 # second\n---\na: 3\n";
    expect(applyEdits(text, [{ op: "set", path: ["a"], value: 9 }], 1).text).toBe(
      "a: 1\n---\na: 9 # second\n---\na: 3\n",
    );
  });

  it("refuses a path through a scalar", () => {
    const refused = applyEdits("a: 1\n", [{ op: "set", path: ["a", "b"], value: 2 }]);
    expect(refused).toMatchObject({ text: "a: 1\n", refused: [{ op: "set" }] });
  });
});

describe("insert and remove", () => {
  test.each<[string, string, FieldEdit, string]>([
    [
      "an item before the first, on its line",
      "a:\n- b: 1\n",
      { op: "insert", path: ["a"], index: 0, value: { b: 0 } },
      "a:\n- b: 0\n- b: 1\n",
    ],
    [
      "an item in the middle, above the next one's comment",
      "a:\n- 1\n# two\n- 2\n",
      { op: "insert", path: ["a"], index: 1, value: 9 },
      "a:\n- 1\n- 9\n# two\n- 2\n",
    ],
    [
      "an item into brackets",
      "a: [1, 2]\n",
      { op: "insert", path: ["a"], index: 1, value: 9 },
      "a: [1, 9, 2]\n",
    ],
    ["a first item", "a: []\n", { op: "insert", path: ["a"], index: 0, value: 9 }, "a:\n- 9\n"],
    [
      "a field with its comment",
      "a: 1 # x\n# y\nb: 2\n",
      { op: "remove", path: ["a"] },
      "# y\nb: 2\n",
    ],
    [
      "the first field of an item",
      "- a: 1\n  b: 2\n",
      { op: "remove", path: [0, "a"] },
      "- b: 2\n",
    ],
    ["the only field", "a:\n  b: 1\nc: 2\n", { op: "remove", path: ["a", "b"] }, "a: {}\nc: 2\n"],
    ["a list item", "a:\n- 1\n- 2\n- 3\n", { op: "remove", path: ["a", 1] }, "a:\n- 1\n- 3\n"],
    ["inside braces", "a: {b: 1, c: 2}\n", { op: "remove", path: ["a", "b"] }, "a: {c: 2}\n"],
    ["the last inside brackets", "a: [1, 2]\n", { op: "remove", path: ["a", 1] }, "a: [1]\n"],
    ["the last line without a break", "a: 1\nb: 2", { op: "remove", path: ["b"] }, "a: 1"],
    ["what is not there", "a: 1\n", { op: "remove", path: ["b"] }, "a: 1\n"],
  ])("%s", (_, text, edit, expected) => {
    expect(after(text, edit)).toBe(expected);
  });
});

const key = fc.oneof(
  fc.constantFrom("a", "b", "host", "weight", "x-y", "on", "key with space", "1"),
  fc.string({ maxLength: 6 }).filter((name) => name !== "__proto__"),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      fc.integer({ min: -100, max: 100 }),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom(
        "v1",
        "on",
        "a: b",
        "# x",
        "line\nline\n",
        "\n lead",
        "trail \n\n",
        "it's",
        '"',
      ),
      fc.string({ maxLength: 8 }),
    ),
    tie("list"),
    tie("record"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  record: fc.dictionary(key, tie("value"), { maxKeys: 3 }),
}));
const anyRecord = fc.dictionary(key, anyValue, { minKeys: 1, maxKeys: 4 });
const style = fc.constantFrom(
  { indentSeq: true },
  { indentSeq: false },
  { indentSeq: true, indent: 4 },
  { collectionStyle: "flow" as const },
  { defaultStringType: "QUOTE_DOUBLE" as const },
);

/** Every path of a value, its own included. */
function paths(value: unknown, prefix: FieldPath = []): FieldPath[] {
  if (Array.isArray(value)) {
    return [prefix, ...value.flatMap((item, index) => paths(item, [...prefix, index]))];
  }
  if (typeof value !== "object" || value === null) return [prefix];
  return [
    prefix,
    ...Object.entries(value).flatMap(([name, item]) => paths(item, [...prefix, name])),
  ];
}

/** The text with a comment behind and above lines that can bear one. */
const withComments = (text: string) =>
  text.includes("|") || text.includes(">") || text.includes('"') || text.includes("'")
    ? text
    : text.replace(/^( *)([\w-]+: .*[\w}\]])$/gm, "$1# above\n$1$2 # behind");

const comments = (written: string) => written.match(/# (above|behind)/g)?.length ?? 0;

const text = fc
  .tuple(anyRecord, style)
  .map(([value, options]) => withComments(stringify(value, { lineWidth: 0, ...options })))
  .filter((written) => parseYaml(written).problems.length === 0);

describe("for any document", () => {
  it("an edit changes its path only, in one place of the text", () => {
    let done = 0;
    let refused = 0;
    fc.assert(
      fc.property(text, anyValue, fc.nat(), fc.constantFrom("set", "remove", "add"), (...input) => {
        const [written, value, pick, op] = input;
        const parsed = parseYaml(written);
        const document = parsed.documents[0]!;
        const all = paths(document.value).slice(1);
        const path = all[pick % Math.max(all.length, 1)] ?? ["new"];
        const edit: FieldEdit =
          op === "remove"
            ? { op, path }
            : { op: "set", path: op === "add" ? [...path.slice(0, -1), "brand-new"] : path, value };
        const model =
          edit.op === "remove"
            ? withoutValueAt(document.value, edit.path)
            : withValueAt(document.value, edit.path, value);
        const plan = planEdit(parsed, document, edit);
        if (!plan.ok) {
          if (model !== undefined) refused++;
          return;
        }
        done++;
        const { change } = plan;
        const result = applyChange(written, change);
        expect(parseYaml(result).documents[0]?.value).toEqual(model);
        expect(parseYaml(result).problems).toEqual([]);
        expect(result.startsWith(written.slice(0, change.start))).toBe(true);
        expect(result.endsWith(written.slice(change.end))).toBe(true);
        // Comments stay, save those inside of what was replaced or taken away.
        const lost = comments(written.slice(change.start, change.end));
        expect(comments(result)).toBe(comments(written) - lost);
      }),
      { numRuns: 1500 },
    );
    expect(refused / (done + refused)).toBeLessThan(0.02);
  });

  it("setting what is there already changes no value", () => {
    fc.assert(
      fc.property(text, fc.nat(), (written, pick) => {
        const { value } = parseYaml(written).documents[0]!;
        const all = paths(value);
        const path = all[pick % all.length]!;
        const result = applyEdits(written, [{ op: "set", path, value: valueAt(value, path) }]);
        expect(parseYaml(result.text).documents[0]?.value).toEqual(value);
      }),
    );
  });

  it("what we write reads back as the same value", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(parseYaml(toYaml(value)).documents[0]?.value).toEqual(value);
      }),
    );
  });
});
