import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DiffLine, diffLines } from "./line-diff";

const text = (line: DiffLine): string =>
  line.change === "same" ? line.text : line.words.map((word) => word.text).join("");
const side = (lines: readonly DiffLine[], without: "add" | "del"): string =>
  lines
    .filter((line) => line.change !== without)
    .map(text)
    .join("\n");

describe("diffLines", () => {
  it("marks only the words that changed", () => {
    const lines = diffLines("a: 1\nweight: 80\nz: 1\n", "a: 1\nweight: 90\nz: 1\n");
    expect(lines.map((line) => line.change)).toEqual(["same", "del", "add", "same"]);
    expect(lines[1]).toEqual({
      change: "del",
      before: 2,
      words: [
        { text: "weight: ", changed: false },
        { text: "80", changed: true },
      ],
    });
  });

  it("says nothing changed of equal texts, and takes all of a text that is new", () => {
    expect(diffLines("a\nb", "a\nb\n").every((line) => line.change === "same")).toBe(true);
    expect(diffLines("a", "a\nb\nc").filter((line) => line.change === "add")).toHaveLength(2);
  });

  it("holds both texts, line for line", () => {
    const document = fc
      .array(fc.constantFrom("a: 1", "a: 2", "  b: x y", "- c", ""), {
        minLength: 1,
        maxLength: 12,
      })
      .map((lines) => lines.join("\n"))
      .filter((lines) => !lines.endsWith("\n"));
    fc.assert(
      fc.property(document, document, (before, after) => {
        const lines = diffLines(before, after);
        expect(side(lines, "add")).toBe(before);
        expect(side(lines, "del")).toBe(after);
      }),
    );
  });
});
