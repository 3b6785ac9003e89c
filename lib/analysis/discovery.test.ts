import { expect, test } from "vitest";
import { anObject } from "@/lib/mesh/testing";
import { applyChanges, meshView } from "@/lib/mesh/view";
import { analyzeMesh } from "./engine";
import { IncrementalAnalysis } from "./incremental";
import { RULES } from "./rules.gen";

const namespace = (name: string, labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "istio-injection": "enabled", ...labels } },
});
const meshConfig = (mesh: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "istio", namespace: "istio-system" },
  data: { mesh },
});
const OBJECTS = [
  namespace("shop", { mesh: "a" }),
  namespace("edge", { tier: "b" }),
  namespace("dark", {}),
  ...["shop", "edge", "dark"].map((home) =>
    anObject("Gateway", `${home}/ingress`, { selector: { istio: "ingress" } }),
  ),
];
const SELECTORS =
  "discoverySelectors: [{ matchLabels: { mesh: a } }, { matchExpressions: [{ key: tier, operator: In, values: [b] }] }]";

test.each([
  ["trustDomain: cluster.local", ["dark", "edge", "shop"]],
  ["discoverySelectors: []", ["dark", "edge", "shop"]],
  [SELECTORS, ["edge", "shop"]],
  ["discoverySelectors: [{ matchLabels: { mesh: none } }]", []],
  ["discoverySelectors: [{}]", ["dark", "edge", "shop"]],
])("under %s, istiod's namespaces alone are judged", (text, namespaces) => {
  const found = analyzeMesh(meshView([...OBJECTS, meshConfig(text)]), RULES);
  const ofGateways = found.filter(({ kind }) => kind === "Gateway");
  expect([...new Set(ofGateways.map((one) => one.namespace))]).toEqual(namespaces);
});

test("a label on a namespace brings its findings in, and takes them away", () => {
  const analysis = new IncrementalAnalysis(RULES);
  const dark = (labels: Record<string, string>) => {
    const object = namespace("dark", labels);
    analysis.update(applyChanges(analysis.view, [{ type: "put", kind: "Namespace", object }]));
    return analysis.findings.filter(({ namespace: home }) => home === "dark").length;
  };
  analysis.update(meshView([...OBJECTS, meshConfig(SELECTORS)]));
  expect(dark({})).toBe(0);
  expect(dark({ mesh: "a" })).toBeGreaterThan(0);
  expect(dark({})).toBe(0);
});
