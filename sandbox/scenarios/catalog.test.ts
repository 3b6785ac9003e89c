import { describe, expect, it, test } from "vitest";
import { UsageError } from "@/sandbox/options";
import { SCENARIOS } from "./catalog.gen";
import { scenarioContent } from "./registry";
import type { Scenario } from "./scenario";

const files = import.meta.glob<{ scenario: Scenario }>(["./catalog/*.ts", "!./catalog/*.test.ts"], {
  eager: true,
});
const names = Object.keys(files).map((path) => path.slice("./catalog/".length, -".ts".length));

test("the registry is the folder (renew it with `npx vitest run sandbox/scenarios/catalog.test.ts -u`)", async () => {
  const source = [
    "// Generated from catalog/ by catalog.test.ts. Do not edit.",
    'import type { Scenario } from "./scenario";',
    ...names.map((name) => `import { scenario as ${name} } from "./catalog/${name}";`),
    "\n/** Every scenario that a sandbox can start with. */",
    `export const SCENARIOS: readonly Scenario[] = [${names.join(", ")}];\n`,
  ];
  await expect(source.join("\n")).toMatchFileSnapshot("./catalog.gen.ts");
});

test("every scenario has the name of its file", () => {
  expect(SCENARIOS.map(({ name }) => name)).toEqual(names);
});

describe("a scenario is asked for by its name", () => {
  it.each([
    ["nothing", "--scenario is one of bookinfo, boutique"],
    ["bookinfo:3", "--scenario bookinfo takes no parameter"],
    ["scale", "whole number from 1 to 10000"],
    ["scale:0", "whole number from 1 to 10000"],
    ["scale:1e9", "whole number from 1 to 10000"],
  ])("and %s is refused", (text, message) => {
    expect(() => scenarioContent(text, 1)).toThrow(UsageError);
    expect(() => scenarioContent(text, 1)).toThrow(message);
  });

  it("with a seed that decides everything", () => {
    const of = (seed: number) => JSON.stringify(scenarioContent("scale:30", seed));
    expect(of(1)).toBe(of(1));
    expect(of(1)).not.toBe(of(2));
  });
});
