import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { locate, locateKey } from "./locate";
import { formatPath, parsePath } from "./field-path";
import { parseYaml, YAML_LIMITS } from "./parse";

const FILE = { ...YAML_LIMITS, length: 100_000_000 };

const values = (text: string) => parseYaml(text).documents.map(({ value }) => value);
const messages = (text: string) => parseYaml(text).problems.map(({ message }) => message);

describe("half-typed text", () => {
  test.each<[string, string, unknown]>([
    ["a key without a colon", "a:\n  b: 1\n  ht\nc: 2\n", { a: { b: 1, ht: null }, c: 2 }],
    ["a word above another key", "a:\n  b: 1\nht\nc: 2\n", { a: { b: 1 }, c: 2 }],
    ["an open bracket", "a: [1, 2\nb: 3\n", { a: [1, 2], b: 3 }],
    ["a value that is not there yet", "a:\n- b: \n  c: 1\n", { a: [{ b: null, c: 1 }] }],
    ["a tab", "a:\n\t- x\nb: 1", { a: ["x"], b: 1 }],
  ])("%s leaves the rest readable", (_, text, value) => {
    expect(values(text)).toEqual([value]);
  });

  it("names the place of each fault", () => {
    expect(parseYaml("a:\n  b: 1\n  ht\nc: 2\n").problems).toEqual([
      {
        message: "Implicit map keys need to be followed by map values.",
        range: { line: 3, column: 3, endLine: 3, endColumn: 5 },
      },
    ]);
  });

  it("refuses a value that is longer than any request, a comment may be as long as it likes", () => {
    const long = "x".repeat(3_200_000);
    const { documents, problems } = parseYaml(`a: 1\nb: "${long}"\n`, FILE);
    expect(documents).toEqual([]);
    expect(problems[0]).toMatchObject({
      message: "A value is 3200002 characters long; an API server takes at most 3145728.",
      range: { line: 2 },
    });
    expect(parseYaml(`a: 1 # ${long}\n`, FILE).problems).toEqual([]);
  });

  it("reports a field that is written twice", () => {
    expect(messages("a: 1\na: 2\n")).toEqual(["The key a is given twice."]);
    expect(messages('b:\n  "a b": 1\n  "a b" : 2\n')).toEqual(["The key a b is given twice."]);
    expect(messages("- {a: 1, b: {c: 1, c: 1}, a: 2}\n")).toEqual([
      "The key c is given twice.",
      "The key a is given twice.",
    ]);
    expect(messages('1: a\n"1": b\n')).toEqual([]);
  });
});

describe("hostile text", () => {
  test.each([
    ["brackets", "[".repeat(400_000)],
    ["dashes", "- ".repeat(200_000)],
    ["braces", "{a: ".repeat(100_000)],
  ])("deep nesting of %s is refused at once", (_, text) => {
    const { documents, problems } = parseYaml(text);
    expect(documents).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      "Values are nested more than 100 levels deep.",
    ]);
  });

  it("refuses a text that is too long", () => {
    expect(parseYaml("x".repeat(YAML_LIMITS.length + 1)).documents).toEqual([]);
  });

  it("ends a circle of aliases", () => {
    expect(values("a: &a\n  b: *a\n")).toEqual([{ a: { b: null } }]);
    expect(messages("a: &a\n  b: *a\n")).toEqual(["The alias *a contains itself."]);
  });

  it("does not unfold a bomb of aliases", () => {
    const levels = Array.from({ length: 9 }, (_, level) =>
      level === 0
        ? `l0: &l0 [${Array(9).fill("x").join(", ")}]`
        : `l${level}: &l${level} [${Array(9)
            .fill(`*l${level - 1}`)
            .join(", ")}]`,
    );
    expect(messages(levels.join("\n"))).toEqual(["The document unfolds to more than 100 aliases."]);
  });

  it("gives no key a way to a prototype", () => {
    const [value] = values("__proto__:\n  polluted: true\nconstructor: 1\n");
    expect(value).toEqual({ constructor: 1 });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("never throws, whatever the text", () => {
    const fragment = fc.constantFrom(
      ..."abc: - [ ] { } , & * ! | > ' \" % @ # ? <<: *a &a \n \t --- ...".split(" "),
      "\n",
      "\n  ",
      " ",
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), (parts) => {
        const parsed = parseYaml(parts.join(""));
        expect(parsed.problems.every(({ range }) => range.line >= 1)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe("aliases and merges", () => {
  it("are followed", () => {
    expect(values("a: &a {b: 1}\nc: *a\nd:\n  <<: *a\n  e: 2\n")).toEqual([
      { a: { b: 1 }, c: { b: 1 }, d: { b: 1, e: 2 } },
    ]);
  });

  it("never override a field of the mapping itself", () => {
    expect(values("a: &a {b: 1}\nd:\n  <<: *a\n  b: 2\n")).toEqual([{ a: { b: 1 }, d: { b: 2 } }]);
  });
});

const TEXT = `# first
kind: A
---
kind: B
spec:
  http:
  - name: one
    route:
    - {host: a, subset: }
  - route: []
  labels: &l
    a.b/c: x
  other: *l
`;

describe("locate", () => {
  const parsed = parseYaml(TEXT);
  const document = parsed.documents[1]!;
  const marked = (path: string) => {
    const { range, exact } = locate(parsed, document, parsePath(path)!);
    const lines = TEXT.split("\n");
    expect(range.endLine).toBe(range.line);
    const text = lines[range.line - 1]!.slice(range.column - 1, range.endColumn - 1);
    return `${range.line}:${range.column} ${text} ${exact}`;
  };

  test.each([
    ["kind", "4:7 B true"],
    ["spec", "5:1 spec true"],
    ["spec.http[0]", "7:5 name: one true"],
    ["spec.http[0].route[0].host", "9:14 a true"],
    ["spec.http[0].route[0].subset", "9:17 subset true"],
    ["spec.http[1].route", "10:5 route true"],
    ["spec.http[1].route[0].weight", "10:5 route false"],
    ["spec.http[7]", "6:3 http false"],
    ['spec.labels["a.b/c"]', "12:12 x true"],
    ['spec.other["a.b/c"]', "12:12 x true"],
    ["status.nothing", "4:1 kind: B false"],
  ])("%s", (path, expected) => {
    expect(marked(path)).toBe(expected);
  });

  it("finds keys", () => {
    expect(locateKey(parsed, document, ["spec", "http", 0, "name"])).toEqual({
      line: 7,
      column: 5,
      endLine: 7,
      endColumn: 9,
    });
    expect(locateKey(parsed, document, ["spec", "http", 0])).toBeUndefined();
  });
});

test("any path survives being written and read", () => {
  const step = fc.oneof(fc.nat({ max: 99 }), fc.string({ minLength: 1 }));
  fc.assert(
    fc.property(fc.array(step), (path) => {
      expect(parsePath(formatPath(path))).toEqual(path);
    }),
  );
});
