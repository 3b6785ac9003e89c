import { describe, expect, test } from "vitest";
import { goValue } from "./go-value";
import { parseYaml } from "./parse";

const read = (text: string): unknown => {
  const [document] = parseYaml(text).documents;
  return document && goValue(document.tree);
};

describe("YAML as Kubernetes' Go programs read it", () => {
  test.each<[string, unknown]>([
    ["yes", true],
    ["Off", false],
    ["n", false],
    ["'yes'", "yes"],
    ["~", null],
    ["", null],
    ["010", 8],
    ["0o17", 15],
    ["08", 8],
    ["0x1f", 31],
    ["-0b11", -3],
    ["1_000", 1000],
    ["1.50", 1.5],
    ["1e3", 1000],
    ["1.2.3", "1.2.3"],
    ["12:30", "12:30"],
    ["2026-01-02", "2026-01-02"],
    ["on-call", "on-call"],
    ["|\n yes", "yes\n"],
  ])("a: %s", (text, value) => {
    expect(read(`a: ${text}`)).toEqual({ a: value });
  });

  test("keys are texts; of a repeated one the last counts; merges give way", () => {
    expect(read("y: 1\n8: 2\na: 1\na: 3")).toEqual({ true: 1, 8: 2, a: 3 });
    expect(read("x: &b {a: 1, c: 2}\nd: {<<: *b, a: 5}")).toEqual({
      x: { a: 1, c: 2 },
      d: { a: 5, c: 2 },
    });
    expect(() => read("? [a]\n: 1")).toThrow("a key is no text");
  });

  test.each([".inf", "-.Inf", "+.INF", ".nan", ".NaN"])("%s is no JSON", (text) => {
    expect(() => read(`a: ${text}`)).toThrow("json: unsupported value");
  });

  test("numbers that are too large, and words of other letters, are texts", () => {
    expect(read("a: 1e999\nb: .iNF")).toEqual({ a: "1e999", b: ".iNF" });
  });

  test.each([
    ["a circle", "a: &x [*x]", "anchor 'x' value contains itself"],
    ["an anchor that is not there", "a: *x", "unknown anchor 'x' referenced"],
    [
      "a text that unfolds to gigabytes",
      [...Array(9).keys()]
        .map(
          (level) =>
            `l${level}: &l${level} [${Array(9)
              .fill(level ? `*l${level - 1}` : 1)
              .join()}]`,
        )
        .join("\n"),
      "excessive aliasing",
    ],
  ])("%s is refused", (_, text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  test("an alias stands for the last anchor before it", () => {
    expect(read("a: &x 1\nb: *x\nc: &x 2\nd: *x")).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  test("no key reaches a prototype", () => {
    expect(Object.keys(read("__proto__: {a: 1}\nb: 2") as object)).toEqual(["b"]);
  });
});
