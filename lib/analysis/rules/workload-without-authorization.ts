import { hasLabels } from "@/lib/k8s/label-selector";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";
import { isInMesh, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "workload-without-authorization",
  code: "KIA1301",
  aliases: [],
  level: "Info",
  optional: true,
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace", "ConfigMap", "AuthorizationPolicy"],
  title: "No AuthorizationPolicy is for a workload",
  why: "Whoever reaches it may call it: without any policy every request is let in. Kiali leaves this check out unless it is asked for, and so does Quarterdeck: name it in a policy or with --only.",
  fix: "Add an AuthorizationPolicy for the workload, its namespace or the mesh.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews } } } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews } } } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: default, namespace: shop }
spec: {}`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    if (!workload || !isInMesh(workload, subject.namespace, mesh)) return;
    const { rootNamespace } = mesh.derive(meshConfig);
    const covered = [subject.namespace, rootNamespace].some((namespace) =>
      mesh.lookup(SELECTORS, namespace).some((selector) => hasLabels(workload.labels, selector)),
    );
    if (covered) return;
    yield {
      path: ["metadata"],
      message: "No AuthorizationPolicy is for this workload; every request is let in.",
    };
  },
});

/** What AuthorizationPolicies select, by namespace. */
const SELECTORS: MeshIndex<Readonly<Record<string, string>>> = {
  kinds: ["AuthorizationPolicy"],
  *entries(object) {
    const labels = new Field(object).at("spec", "selector", "matchLabels").labels();
    yield [object.metadata.namespace ?? "", labels];
  },
};
