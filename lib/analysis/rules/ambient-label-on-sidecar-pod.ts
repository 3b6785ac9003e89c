import { isAmbientNamespace } from "@/lib/istio/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { hasSidecar, isGatewayPod, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "ambient-label-on-sidecar-pod",
  code: "KIA1315",
  aliases: [],
  level: "Error",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace"],
  title: "A workload asks for ambient, and its pods have sidecars",
  why: "A pod with a sidecar is left out of ambient, whatever its label says, until it is started without one.",
  fix: "Remove what injects the sidecar and restart the pods, or remove istio.io/dataplane-mode.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, istio.io/dataplane-mode: ambient } }
spec: { containers: [{ name: reviews }, { name: istio-proxy }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, istio.io/dataplane-mode: ambient } }
spec: { containers: [{ name: reviews }] }`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    if (!workload || isGatewayPod(workload)) return;
    // Where the namespace asks for ambient, it is the workload that differs: another rule's.
    if (workload.labels["istio.io/dataplane-mode"] !== "ambient") return;
    if (isAmbientNamespace(namespaceLabels(mesh, subject.namespace))) return;
    const pod = workload.pods(mesh).find(hasSidecar);
    if (!pod) return;
    yield {
      path: workload.metadata.at("labels").path,
      message: `The pod ${pod.metadata.name} has a sidecar and so stays out of ambient, which this workload asks for.`,
    };
  },
});
