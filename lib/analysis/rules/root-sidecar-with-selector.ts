import { meshConfig } from "@/lib/mesh/mesh-config";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "root-sidecar-with-selector",
  code: "KIA1006",
  aliases: [],
  level: "Warning",
  kinds: ["Sidecar"],
  reads: ["ConfigMap"],
  title: "A Sidecar of the root namespace selects workloads",
  why: "Only a Sidecar without a selector is the default of the mesh. One with a selector goes for workloads of the root namespace itself, where the control plane and gateways live.",
  fix: "Remove the selector if it is to go for the mesh, or move the Sidecar to the namespace of the workload.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: istio-system }
spec: { workloadSelector: { labels: { app: reviews } } }`,
    good: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: istio-system }
spec: { egress: [{ hosts: ["./*"] }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec: { workloadSelector: { labels: { app: reviews } } }`,
  },

  *check({ fields, namespace }, mesh) {
    const selector = fields.at("spec", "workloadSelector");
    if (selector.at("labels").entries().length === 0) return;
    if (namespace !== mesh.derive(meshConfig).rootNamespace) return;
    yield {
      path: selector.path,
      message: `${namespace} is the root namespace: with a selector this Sidecar is no default for the mesh.`,
      fixes: [{ title: "Remove the selector", edits: [{ op: "remove", path: selector.path }] }],
    };
  },
});
