import { hasRedirectedPods, isRedirected } from "../facts/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { wantsSidecar, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "sidecar-label-on-ambient-pod",
  code: "KIA1314",
  aliases: [],
  level: "Error",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace"],
  title: "A workload asks for a sidecar, and ambient has taken its pods",
  why: "The pod was started before the label, or where the injector did not work. It has no sidecar: what the labels promise takes effect at the next start.",
  fix: "Restart the pods, or remove the label that asks for a sidecar.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews, sidecar.istio.io/inject: "true" }, annotations: { ambient.istio.io/redirection: enabled } }
spec: { containers: [{ name: reviews }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews }, annotations: { ambient.istio.io/redirection: enabled } }
spec: { containers: [{ name: reviews }] }`,
  },

  *check(subject, mesh) {
    if (!hasRedirectedPods(mesh, subject.namespace)) return;
    const workload = workloadTemplate(subject);
    if (!workload || !wantsSidecar(workload, namespaceLabels(mesh, subject.namespace))) return;
    const pod = workload.pods(mesh).find(isRedirected);
    if (!pod) return;
    yield {
      path: workload.metadata.at("labels").path,
      message: `The pod ${pod.metadata.name} is in ambient, though this workload asks for a sidecar.`,
    };
  },
});
