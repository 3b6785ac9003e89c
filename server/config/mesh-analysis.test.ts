import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject } from "@/lib/mesh/testing";
import { applyChanges, type MeshView, meshView } from "@/lib/mesh/view";
import { meshAnalysis } from "./mesh-analysis";

const GATEWAY = anObject("Gateway", "shop/ingress", {
  selector: { istio: "ingress" },
  servers: [
    { port: { number: 8080, name: "http", protocol: "HTTP" }, hosts: ["shop.example.com"] },
  ],
});

const policy = (text: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "quarterdeck-policy", namespace: "istio-system" },
  data: { "policy.yaml": text },
});

/** A store that is written to by hand, and a clock that stands still. */
function setUp() {
  let view: MeshView = meshView([GATEWAY]);
  let day = "2026-05-05";
  const clock = { now: () => instant(Date.parse(day)), sleep: () => Promise.resolve() };
  const analysis = meshAnalysis({ view: () => view }, clock);
  return {
    analysis,
    put: (object: KubeObject, kind: "ConfigMap" | "Pod") => {
      view = applyChanges(view, [{ type: "put", kind, object }]);
    },
    setDay: (next: string) => {
      day = next;
    },
  };
}

const REF = { kind: "Gateway", namespace: "shop", name: "ingress" } as const;

test("findings follow the objects; what changes nothing keeps them", () => {
  const { analysis, put } = setUp();
  const before = analysis.current();
  expect(before.findings.map(({ code }) => code)).toEqual(["IST0101"]);
  expect(before.counts(REF)).toEqual({ errors: 1, warnings: 0, infos: 0 });
  put(anObject("Pod", "edge/other"), "Pod");
  expect(analysis.current().findings).toBe(before.findings);
  put(
    { ...anObject("Pod", "edge/p"), metadata: { name: "p", labels: { istio: "ingress" } } },
    "Pod",
  );
  // The Gateway selects it now; that no Service leads to it is another matter.
  const codes = analysis.current().findings.map(({ code }) => code);
  expect(codes).toEqual(["IST0162"]);
});

test("the policy of the cluster suppresses until its day, and says so", () => {
  const { analysis, put, setDay } = setUp();
  put(
    policy("suppressions: [{ code: KIA0302, object: Gateway *, reason: soon, until: 2026-05-06 }]"),
    "ConfigMap",
  );
  const { findings, suppressed, counts } = analysis.current();
  expect(findings).toEqual([]);
  expect(counts(REF).errors).toBe(0);
  expect(suppressed.map(({ code, suppressed: why }) => [code, why?.reason])).toEqual([
    ["IST0101", "soon"],
  ]);
  setDay("2026-05-07");
  expect(analysis.current().findings).toHaveLength(1);
});

test("a rule that the policy switches off runs no more", () => {
  const { analysis, put } = setUp();
  put(policy("rules: { gateway-selector-unmatched: Off }"), "ConfigMap");
  const { findings, rules } = analysis.current();
  expect(findings).toEqual([]);
  expect(rules.map(({ id }) => id)).not.toContain("gateway-selector-unmatched");
});
