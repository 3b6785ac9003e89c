import { WORKLOAD_KINDS, workloads } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "pod-security-refuses-sidecar",
  code: "QD0202",
  aliases: [],
  level: "Warning",
  kinds: ["Namespace"],
  reads: WORKLOAD_KINDS,
  title: "A namespace forbids the capabilities that its sidecars need",
  why: "The container istio-init redirects traffic and needs NET_ADMIN and NET_RAW. A namespace that enforces the level baseline or restricted refuses every pod that is injected with it.",
  fix: "Install the Istio CNI node agent, which redirects traffic without these capabilities, or enforce the level privileged.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled, pod-security.kubernetes.io/enforce: restricted } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled, pod-security.kubernetes.io/enforce: restricted } }
---
apiVersion: v1
kind: Pod
metadata: { name: istio-cni-node-x, namespace: istio-system, labels: { k8s-app: istio-cni-node } }`,
  },

  *check({ fields }, mesh) {
    const labels = fields.at("metadata", "labels");
    const enforced = labels.at("pod-security.kubernetes.io/enforce");
    if (enforced.text !== "baseline" && enforced.text !== "restricted") return;
    const { "istio-injection": injection, "istio.io/rev": revision } = labels.labels();
    if (injection !== "enabled" && (injection === "disabled" || !revision)) return;
    if (workloads(mesh).select({ "k8s-app": "istio-cni-node" })) return;
    yield {
      path: enforced.path,
      message: `Pods with a sidecar need NET_ADMIN and NET_RAW, which the level ${enforced.text} forbids; none can start here.`,
    };
  },
});
