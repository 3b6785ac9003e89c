import { isAmbientNamespace } from "@/lib/istio/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { hasSidecar, isGatewayPod, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "sidecar-in-ambient-namespace",
  code: "KIA1316",
  aliases: [],
  level: "Warning",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace"],
  title: "A workload in an ambient namespace has sidecars",
  why: "It works, but is not in ambient: waypoints of the namespace do not see what its sidecar sends, and it is upgraded and configured in another way than its neighbours.",
  fix: "Restart the workload without injection, or label it with istio.io/dataplane-mode: none to say that it is meant.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews } }
spec: { containers: [{ name: reviews }, { name: istio-proxy }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, istio.io/dataplane-mode: none } }
spec: { containers: [{ name: reviews }, { name: istio-proxy }] }`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    if (!workload || isGatewayPod(workload)) return;
    if (!isAmbientNamespace(namespaceLabels(mesh, subject.namespace))) return;
    if (workload.labels["istio.io/dataplane-mode"] === "none") return;
    const pod = workload.pods(mesh).find(hasSidecar);
    if (!pod) return;
    yield {
      path: ["metadata"],
      message: `The pod ${pod.metadata.name} has a sidecar, though the namespace ${subject.namespace} is in ambient.`,
    };
  },
});
