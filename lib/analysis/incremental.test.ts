import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject, aService } from "@/lib/mesh/testing";
import { applyChanges, type MeshChange, type MeshView, meshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import { checkObjects, subjectsOf } from "./engine";
import { findingKey, type ObjectFinding } from "./finding";
import { IncrementalAnalysis } from "./incremental";
import { defineRule, type Rule } from "./rule";
import { RULES } from "./rules.gen";

/** What the rules' own examples are made of: each rule finds something in some mix of them. */
const EXAMPLES: readonly KubeObject[] = RULES.flatMap(({ examples: { bad, good } }) =>
  [bad, good].flatMap((yaml) => parseYaml(yaml).documents.map(({ value }) => value as KubeObject)),
);

const NAMESPACES = ["shop", "edge", "istio-system"];

const MESH_CONFIGS = [
  "{}",
  "{rootNamespace: edge}",
  "{outboundTrafficPolicy: {mode: REGISTRY_ONLY}, enableAutoMtls: false}",
  '{defaultVirtualServiceExportTo: ["."], defaultServiceExportTo: ["."]}',
].map((mesh): KubeObject => {
  const metadata = { name: "istio", namespace: "istio-system" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { mesh } };
});

const namespaces = NAMESPACES.flatMap((name) =>
  [{}, { "istio-injection": "enabled" }, { "istio.io/dataplane-mode": "ambient" }].map(
    (labels): KubeObject => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "kubernetes.io/metadata.name": name, ...labels } },
    }),
  ),
);

const object: fc.Arbitrary<KubeObject> = fc
  .record({
    of: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...EXAMPLES) },
      { weight: 1, arbitrary: fc.constantFrom(...MESH_CONFIGS) },
      { weight: 1, arbitrary: fc.constantFrom(...namespaces) },
    ),
    namespace: fc.option(fc.constantFrom(...NAMESPACES), { freq: 3, nil: undefined }),
    creationTimestamp: fc.option(fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"), {
      nil: undefined,
    }),
  })
  .map(({ of, namespace, creationTimestamp }) => ({
    ...of,
    metadata: {
      ...of.metadata,
      ...(of.metadata.namespace && namespace && { namespace }),
      ...(creationTimestamp && { creationTimestamp }),
    },
  }));

const change: fc.Arbitrary<MeshChange> = fc
  .tuple(fc.constantFrom("put" as const, "put" as const, "delete" as const), object)
  .map(([type, changed]) => ({ type, kind: kindIdOf(changed) ?? "Pod", object: changed }));

const full = (view: MeshView, rules = RULES) => checkObjects(subjectsOf(view, rules), view, rules);
const texts = (findings: readonly ObjectFinding[]) =>
  findings.map((finding) => JSON.stringify({ ...finding, object: undefined })).sort();

describe("incremental analysis", () => {
  test("finds after any edits what a full run finds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 }),
        (batches) => {
          const analysis = new IncrementalAnalysis(RULES);
          let view = meshView([]);
          for (const batch of batches) {
            view = applyChanges(view, batch);
            analysis.update(view);
            expect(texts(analysis.findings)).toEqual(texts(full(view)));
          }
          // Its own list has the order of a full run, too.
          const places = analysis.findings.map(({ level, kind, name }) => [level, kind, name]);
          expect(places).toEqual(full(view).map(({ level, kind, name }) => [level, kind, name]));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("says what a draft brings about elsewhere, and keeps nothing of it", () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 30 }),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        (stored, draft) => {
          const analysis = new IncrementalAnalysis(RULES);
          const view = applyChanges(meshView([]), stored);
          analysis.update(view);
          const overlay = applyChanges(view, draft);
          const own = new Set(draft.map((one) => one.object));
          const before = new Set(full(view).map(findingKey));
          const others = subjectsOf(overlay, RULES).filter((one) => !own.has(one));
          const arising = checkObjects(others, overlay, RULES).filter(
            (finding) => !before.has(findingKey(finding)),
          );
          expect(texts(analysis.arising(overlay))).toEqual(texts(arising));
          expect(texts(analysis.findings)).toEqual(texts(full(view)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("what runs again", () => {
  const counting = (check: Rule["check"]) => {
    const runs: string[] = [];
    const rule = defineRule({
      ...(RULES[0] as Rule),
      kinds: ["VirtualService"],
      *check(subject, mesh) {
        runs.push(subject.name);
        yield* check(subject, mesh);
      },
    });
    return { rule, runs };
  };
  const put = (view: MeshView, changed: KubeObject) =>
    applyChanges(view, [{ type: "put", kind: kindIdOf(changed) ?? "Pod", object: changed }]);

  test("only checks that read the changed object, and the object's own", () => {
    const { rule, runs } = counting((subject, mesh) => {
      mesh.get("Service", "shop", subject.name);
      return [];
    });
    let view = meshView(["a", "b", "c"].map((name) => anObject("VirtualService", `shop/${name}`)));
    const analysis = new IncrementalAnalysis([rule]);
    analysis.update(view);
    runs.length = 0;
    view = put(view, aService("shop/b"));
    analysis.update(view);
    expect(runs).toEqual(["b"]);
    analysis.update(put(view, anObject("VirtualService", "shop/c", { hosts: ["c"] })));
    expect(runs).toEqual(["b", "c"]);
  });

  test("checks that read a fact, when what the fact reads later has changed", () => {
    const serviceOf = (mesh: MeshView) => (name: string) => mesh.get("Service", "shop", name);
    const { rule, runs } = counting((subject, mesh) => {
      mesh.derive(serviceOf)(subject.name);
      return [];
    });
    let view = meshView([anObject("VirtualService", "shop/a")]);
    const analysis = new IncrementalAnalysis([rule]);
    analysis.update(view);
    view = put(view, aService("shop/other"));
    analysis.update(view);
    expect(runs).toEqual(["a"]);
    analysis.update(put(view, aService("shop/a")));
    expect(runs).toEqual(["a", "a"]);
  });

  test("checks whose fact failed, once what it had read has changed", () => {
    const broken = (mesh: MeshView) => {
      if (!mesh.get("Service", "shop", "a")) throw new Error("no service");
      return true;
    };
    const { rule } = counting((_, mesh) => {
      mesh.derive(broken);
      return [];
    });
    const view = meshView([anObject("VirtualService", "shop/a")]);
    const analysis = new IncrementalAnalysis([rule]);
    analysis.update(view);
    expect(analysis.findings.map(({ code }) => code)).toEqual(["QD0099"]);
    analysis.update(put(view, aService("shop/a")));
    expect(analysis.findings).toEqual([]);
  });
});
