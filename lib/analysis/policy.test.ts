import { describe, expect, test } from "vitest";
import type { Finding } from "./finding";
import { meshView } from "@/lib/mesh/view";
import { applyPolicy, meshPolicy, readPolicy, rulesUnder } from "./policy";
import { RULES } from "./rules.gen";

const finding = (code: string, name: string, fields: Partial<Finding> = {}): Finding => ({
  rule: `rule-${code}`,
  code,
  aliases: [],
  level: "Warning",
  kind: "VirtualService",
  namespace: "shop",
  name,
  message: "m",
  path: "",
  related: [],
  docs: undefined,
  ...fields,
});

const policyOf = (text: string) => readPolicy(text, "file").policy;

describe("a policy", () => {
  test("changes levels by code, alias or rule, and sorts anew", () => {
    const policy = policyOf("rules: { KIA1107: Error, rule-IST2: Info, IST3: Off }");
    const found = applyPolicy(
      [finding("IST1", "a", { aliases: ["KIA1107"] }), finding("IST2", "b"), finding("IST3", "c")],
      policy,
      "2026-01-01",
    );
    expect(found.map(({ code, level }) => [code, level])).toEqual([
      ["IST1", "Error"],
      ["IST2", "Info"],
    ]);
  });

  test.each([
    ["{ code: IST1, object: VirtualService rev*.shop, reason: why }", true],
    ["{ code: IST1, object: VirtualService rev*.edge, reason: why }", false],
    ["{ code: '*', reason: why }", true],
    ["{ code: IST2, reason: why }", false],
    ["{ code: IST1, reason: why, until: 2026-05-05 }", true],
    ["{ code: IST1, reason: why, until: 2026-05-04 }", false],
  ])("suppresses by %s: %s", (entry, suppressed) => {
    const [found] = applyPolicy(
      [finding("IST1", "reviews")],
      policyOf(`suppressions: [${entry}]`),
      "2026-05-05",
    );
    expect(found?.suppressed !== undefined).toBe(suppressed);
    if (suppressed) expect(found?.suppressed).toMatchObject({ by: "file", reason: "why" });
  });

  test("keeps what an annotation suppressed", () => {
    const suppressed = { by: "galley", reason: undefined, until: undefined };
    const policy = policyOf("suppressions: [{ code: '*', reason: why }]");
    const [found] = applyPolicy([finding("IST1", "a", { suppressed })], policy, "2026-01-01");
    expect(found?.suppressed?.by).toBe("galley");
  });

  test.each([
    ["rules: { IST1: Loud }", "rules.IST1"],
    ["suppressions: [{ code: IST1 }]", "suppressions.0.reason"],
    ["suppressions: [{ code: IST1, reason: why, until: soon }]", "suppressions.0.until"],
    ["silence: all", "the policy"],
    ["rules: [", ""],
  ])("that says %s is refused as a whole", (text, field) => {
    const { policy, problems } = readPolicy(text, "file");
    expect(policy.suppressions).toEqual([]);
    expect(problems[0]?.message).toContain(field);
  });

  test("runs an optional rule that it gives a level, and no rule that is off", () => {
    const ids = (text: string) => rulesUnder(RULES, policyOf(text)).map(({ id }) => id);
    expect(ids("{}")).not.toContain("workload-without-authorization");
    expect(ids("rules: { KIA1301: Warning }")).toContain("workload-without-authorization");
    expect(ids("rules: { IST0118: Off }")).not.toContain("port-name-unconventional");
  });
});

test("the cluster's policies: the root namespace's for all, others' for their own findings", () => {
  const configMap = (namespace: string, text: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "quarterdeck-policy", namespace },
    data: { "policy.yaml": text },
  });
  const policy = meshPolicy(
    meshView([
      configMap(
        "istio-system",
        "rules: { IST1: Off }\nsuppressions: [{ code: IST2, reason: why }]",
      ),
      configMap("shop", "rules: { IST3: Off }\nsuppressions: [{ code: IST4, reason: why }]"),
    ]),
  );
  expect(policy.levels).toEqual({ IST1: "Off" });
  const found = applyPolicy(
    [finding("IST4", "a"), finding("IST4", "b", { namespace: "edge" })],
    policy,
    "2026-01-01",
  );
  expect(found.map(({ namespace, suppressed }) => [namespace, suppressed?.by])).toEqual([
    ["edge", undefined],
    ["shop", "ConfigMap shop/quarterdeck-policy"],
  ]);
});
