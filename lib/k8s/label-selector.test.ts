import { describe, expect, it } from "vitest";
import { matchesLabels } from "./label-selector";

describe("label selectors of workloads", () => {
  const expression = (operator: string, values: readonly string[] = []) => ({
    matchExpressions: [{ key: "tier", operator, values }],
  });
  it.each([
    [{}, {}, true],
    [{ matchLabels: { tier: "web" } }, { tier: "web", other: "x" }, true],
    [{ matchLabels: { tier: "web" } }, {}, false],
    [expression("In", ["web", "db"]), { tier: "db" }, true],
    [expression("In", ["web"]), {}, false],
    [expression("NotIn", ["web"]), {}, true],
    [expression("NotIn", ["web"]), { tier: "web" }, false],
    [expression("Exists"), { tier: "" }, true],
    [expression("DoesNotExist"), { tier: "web" }, false],
    [expression("Perhaps"), { tier: "web" }, false],
    [{ matchExpressions: [{ key: "constructor", operator: "Exists" }] }, {}, false],
    [{ matchLabels: { tier: "web" }, ...expression("NotIn", ["web"]) }, { tier: "web" }, false],
  ])("%j on %j", (selector, labels, expected) => {
    expect(matchesLabels(selector, labels)).toBe(expected);
  });
});
