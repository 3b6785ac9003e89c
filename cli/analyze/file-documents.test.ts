import { describe, expect, it, test } from "vitest";
import type { FieldPath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import { parseYaml } from "@/lib/yaml/parse";
import { FILE_LIMITS, fileDocuments } from "./file-documents";

/** Every path of a value, and one that it does not have. */
function pathsOf(value: unknown, prefix: FieldPath = []): FieldPath[] {
  if (typeof value !== "object" || value === null) return [prefix, [...prefix, "absent"]];
  const steps = Array.isArray(value) ? value.keys() : Object.keys(value);
  const below = [...steps].flatMap((step) =>
    pathsOf((value as Record<string | number, unknown>)[step], [...prefix, step]),
  );
  return [prefix, [...prefix, "absent"], ...below];
}

const PLAIN =
  "# of a\napiVersion: v1\nkind: A\nspec:\n  hosts: [a]\n  on: yes\n  list:\n  - b: 1\n";
const SHARED = "kind: B\nlabels: &l\n  app: b\nmatch: *l\n";
const EXACT = "kind: C\nspec:\n  text: >\n    folded\n    text\n  merged:\n    <<: {x: 1}\n";

describe("fileDocuments", () => {
  test.each([
    ["one document", PLAIN],
    ["a marker above it", `---\n${PLAIN}`],
    ["several, of all ways to be written", [PLAIN, SHARED, EXACT, PLAIN].join("---\n")],
    ["empty ones", `---\n---\n# nothing\n--- # why\n${SHARED}---\n`],
    ["carriage returns", [PLAIN, SHARED].join("---\n").replaceAll("\n", "\r\n")],
    ["ends of documents", `${PLAIN}...\n---\n${SHARED}...\n`],
    ["a value on the marker's line", `--- {a: 1}\n---\n${PLAIN}`],
    ["a directive", `%YAML 1.2\n---\n${PLAIN}`],
    ["nothing", ""],
  ])("reads %s as the exact reader does, places too", (_, text) => {
    const exact = parseYaml(text, FILE_LIMITS);
    const expected = exact.documents.filter(({ value }) => value !== null);
    const documents = fileDocuments({ file: "a.yaml", text }).filter(({ value }) => value !== null);
    expect(documents.map(({ value }) => value)).toEqual(expected.map(({ value }) => value));
    documents.forEach(({ value, place }, index) => {
      for (const path of pathsOf(value)) {
        expect(place(path), path.join(".")).toEqual(locate(exact, expected[index]!, path).range);
      }
    });
  });

  it("names a fault at its line of the whole file", () => {
    const text = `${PLAIN}---\na: [1\n`;
    expect(() => fileDocuments({ file: "a.yaml", text })).toThrow(/^a\.yaml:1[01]:/);
  });

  it("tells keys that are given twice, in their document alone", () => {
    const documents = fileDocuments({ file: "a.yaml", text: `${PLAIN}---\na: 1\na: 2\n` });
    expect(documents.map(({ repeatedKeys }) => repeatedKeys.length)).toEqual([0, 1]);
    expect(documents[1]?.repeatedKeys[0]?.range.line).toBe(11);
  });
});
