import { isGatewayPod, isInMesh, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "workload-labels-missing",
  code: "QD0201",
  aliases: [],
  level: "Info",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace"],
  title: "A workload in the mesh has no app or version label",
  why: "Istio names the service and the version in metrics, traces and the graph by these labels. Without them the workload goes by its own name, and its versions are all called latest.",
  fix: "Add the labels app and version to the template of the pods.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { tier: backend } } } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, version: v1 } } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ratings, namespace: shop }
spec: { template: { metadata: { labels: { app.kubernetes.io/name: ratings, app.kubernetes.io/version: v1 } } } }`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    if (!workload || isGatewayPod(workload)) return;
    if (!isInMesh(workload, subject.namespace, mesh)) return;
    const missing = Object.entries(NAMES).flatMap(([label, names]) =>
      names.some((name) => workload.labels[name]) ? [] : [label],
    );
    if (missing.length === 0) return;
    const labels = workload.metadata.at("labels");
    yield {
      path: labels.exists ? labels.path : ["metadata"],
      message: `The pods of this workload have no label ${missing.join(" and no label ")}; metrics and the graph cannot tell it by that.`,
    };
  },
});

/** The labels from which Istio takes the name and the revision of a canonical service. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  app: ["app", "app.kubernetes.io/name", "service.istio.io/canonical-name"],
  version: ["version", "app.kubernetes.io/version", "service.istio.io/canonical-revision"],
};
