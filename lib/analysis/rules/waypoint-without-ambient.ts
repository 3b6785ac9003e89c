import { wantsAmbient, waypointOf } from "@/lib/istio/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { isGatewayPod, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "waypoint-without-ambient",
  code: "KIA1312",
  aliases: [],
  level: "Warning",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace"],
  title: "A workload is labelled for a waypoint and is not in ambient",
  why: "Who sends to a waypoint is the node proxy of ambient, or a sidecar for a Service that is labelled. Traffic of a workload outside ambient does not go through the waypoint that its own label names.",
  fix: "Label the workload or its namespace with istio.io/dataplane-mode: ambient, or remove istio.io/use-waypoint.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews, istio.io/use-waypoint: waypoint } } } }
---
apiVersion: v1
kind: Pod
metadata: { name: waypoint-1, namespace: shop, labels: { gateway.networking.k8s.io/gateway-name: waypoint } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews, istio.io/use-waypoint: waypoint } } } }`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    const labels = namespaceLabels(mesh, subject.namespace);
    if (!workload || isGatewayPod(workload) || wantsAmbient(workload.labels, labels)) return;
    const waypoint = waypointOf(workload.labels, { name: subject.namespace, labels });
    if (!waypoint) return;
    yield {
      path: workload.metadata.at("labels").path,
      message: `The waypoint ${waypoint.name} is asked for, but this workload is not in ambient; its traffic does not go through it.`,
    };
  },
});
