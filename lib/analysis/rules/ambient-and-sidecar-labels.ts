import { wantsAmbient } from "@/lib/istio/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { wantsSidecar, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "ambient-and-sidecar-labels",
  code: "KIA1311",
  aliases: [],
  level: "Error",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace"],
  title: "A workload is labelled for ambient and for sidecars",
  why: "The injector and ambient exclude each other: a pod with a sidecar is left out of ambient, so it depends on one label which of both it gets.",
  fix: 'Remove one of both labels from the workload or its namespace, or opt the workload out with istio.io/dataplane-mode: none or sidecar.istio.io/inject: "false".',
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews, istio.io/dataplane-mode: ambient } } } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews, istio.io/dataplane-mode: none } } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: web } } } }`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    const namespace = namespaceLabels(mesh, subject.namespace);
    if (!workload || !wantsAmbient(workload.labels, namespace)) return;
    if (!wantsSidecar(workload, namespace)) return;
    yield {
      path: workload.metadata.at("labels").path,
      message:
        "The labels of this workload and its namespace ask for ambient and for a sidecar; it gets the sidecar and stays out of ambient.",
    };
  },
});
