import { expect, test } from "vitest";
import { anObject } from "@/lib/mesh/testing";
import { applyChanges, meshView } from "@/lib/mesh/view";
import { analyzeMesh } from "./engine";
import { findingKey } from "./finding";
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

const ROUTE = anObject("VirtualService", "shop/orders", {
  hosts: ["orders"],
  http: [{ route: [{ destination: { host: "orders.dark.svc.cluster.local" } }] }],
});
const SERVICE = anObject("Service", "dark/orders", { ports: [{ name: "http", port: 80 }] });

test("what is in a namespace that istiod does not see is not found either", () => {
  const unknown = (mesh: string) =>
    analyzeMesh(meshView([...OBJECTS, ROUTE, SERVICE, meshConfig(mesh)]), RULES).filter(
      ({ rule }) => rule === "destination-host-unknown",
    ).length;
  expect(unknown("trustDomain: cluster.local")).toBe(0);
  expect(unknown(SELECTORS)).toBe(1);
});

test("findings follow what is seen, edit by edit, and drafts are judged by it", () => {
  const analysis = new IncrementalAnalysis(RULES);
  analysis.update(meshView([...OBJECTS, SERVICE, meshConfig(SELECTORS)]));
  const edits = [
    { kind: "VirtualService", object: ROUTE },
    { kind: "Namespace", object: namespace("dark", { mesh: "a" }) },
    { kind: "Namespace", object: namespace("shop", {}) },
    { kind: "ConfigMap", object: meshConfig("trustDomain: cluster.local") },
    { kind: "Namespace", object: namespace("dark", {}) },
    { kind: "ConfigMap", object: meshConfig(SELECTORS) },
  ] as const;
  for (const edit of edits) {
    analysis.update(applyChanges(analysis.view, [{ type: "put", ...edit }]));
    const whole = analyzeMesh(analysis.view, RULES);
    expect(analysis.findings.map(findingKey)).toEqual(whole.map(findingKey));
  }
  const hidden = applyChanges(analysis.view, [
    { type: "put", kind: "Namespace", object: namespace("shop", { mesh: "a" }) },
  ]);
  analysis.update(hidden);
  expect(analysis.findings.map(({ rule }) => rule)).toContain("destination-host-unknown");
  const seen = applyChanges(hidden, [
    { type: "put", kind: "Namespace", object: namespace("edge", {}) },
  ]);
  expect(analysis.arising(seen).every(({ namespace: home }) => home !== "dark")).toBe(true);
});
