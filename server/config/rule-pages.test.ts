import { expect, it } from "vitest";
import { RULES } from "@/lib/analysis/rules.gen";
import { parseYaml } from "@/lib/yaml/parse";
import { rulePage } from "./rule-pages";

const valuesOf = (text: string): readonly unknown[] =>
  parseYaml(text).documents.map(({ value }) => value);

it("shows a field of an example on each line, so that none is out of sight", () => {
  expect(rulePage("subset-undefined")?.examples.bad).toContain(
    "http:\n  - route:\n    - destination:\n        host: reviews\n        subset: ",
  );
});

it("shows every example as it is", () => {
  for (const { id, examples } of RULES) {
    const page = rulePage(id)?.examples;
    expect(valuesOf(page?.bad ?? ""), id).toEqual(valuesOf(examples.bad.trim()));
    expect(valuesOf(page?.good ?? ""), id).toEqual(valuesOf(examples.good.trim()));
  }
});
