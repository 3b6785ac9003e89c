import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { expect, it, test } from "vitest";
import { RULES } from "@/lib/analysis/rules.gen";
import { withoutExamples } from "./without-examples.mjs";

const rest = (text: string): string =>
  transformSync(text, { loader: "ts", minify: true, treeShaking: true, format: "esm" }).code;

test.each([
  [
    "over lines",
    'export const r = { id: "a",\n  examples: {\n    bad: `x: 1\n  },\n`,\n  },\n b };',
  ],
  ["on one line", 'export const r = { id: "a", examples: { bad: `a`, good: `b` }, b };'],
  ["as the last field", 'export const r = { id: "a", b, examples: {\n bad: "a" } };'],
  ["by name", 'const examples = { bad: "a" };\nexport const r = { id: "a", examples, b };'],
  ["of another name", 'const E = { bad: "a" };\nexport const r = { id: "a", b, examples: E };'],
  ["that is typed", 'export const r = { id: "a", examples: { bad: `a` } as Examples, b };'],
  ["that is made", 'export const r = { id: "a", examples: made(`a`), b };'],
  [
    "in a call",
    'export const r = f({ id: "a", "examples": 1, nested: { examples: { bad } }, b });',
  ],
])("takes an example out that is written %s", (_, text) => {
  const without = withoutExamples(text);
  expect(without.split("\n").length).toBe(text.split("\n").length);
  const code = rest(`${without} r.id;`);
  expect(code).not.toMatch(/bad|made/);
  expect(code).toContain('id:"a"');
  expect(code).toContain("b");
});

it("leaves all else as it is", () => {
  const text =
    'const a = rule.examples;\nconst b = "examples: { bad }"; // examples: {\nexport { a, b };\n';
  expect(withoutExamples(text)).toBe(text);
});

const sources = ["rules", "families"].flatMap((folder) => {
  const path = join("lib", "analysis", folder);
  const names = readdirSync(path).filter((name) => /^[a-z-]+\.ts$/.test(name));
  return names.map((name) => readFileSync(join(path, name), "utf8"));
});

it("leaves no example of any rule", () => {
  // What only examples use goes with them when the program is bundled.
  const text = sources.map((source) => rest(withoutExamples(source))).join("\n");
  const whole = sources.join("\n");
  // The examples of families are put together: their longest lines tell.
  const lines = (example: string) => example.split("\n").filter((line) => line.length > 24);
  const given = RULES.flatMap(({ examples }) => [...lines(examples.bad), ...lines(examples.good)]);
  const written = given.filter((line) => whole.includes(line));
  expect(written.length).toBeGreaterThan(1000);
  expect(written.filter((line) => text.includes(line))).toEqual([]);
  expect(text.length).toBeLessThan(0.75 * whole.length);
});
