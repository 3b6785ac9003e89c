import { wantsAmbient, waypointOf } from "@/lib/istio/ambient";
import { waypointExists } from "../facts/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { isGatewayPod, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "waypoint-unknown",
  code: "KIA1313",
  aliases: [],
  level: "Error",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace", "KubernetesGateway"],
  title: "A workload is labelled for a waypoint that does not exist",
  why: "istiod leaves the waypoint out until there is one: policies and routes about requests have no effect meanwhile.",
  fix: "Correct the name in istio.io/use-waypoint, name its namespace in istio.io/use-waypoint-namespace, or deploy the waypoint.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews, istio.io/use-waypoint: waypoint } } } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint, istio.io/use-waypoint-namespace: edge } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews } } } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: edge }
spec: { gatewayClassName: istio-waypoint }`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    const labels = namespaceLabels(mesh, subject.namespace);
    if (!workload || isGatewayPod(workload) || !wantsAmbient(workload.labels, labels)) return;
    const waypoint = waypointOf(workload.labels, { name: subject.namespace, labels });
    if (!waypoint || waypointExists(mesh, waypoint)) return;
    yield {
      path: workload.metadata.at("labels").path,
      message: `There is no waypoint ${waypoint.namespace}/${waypoint.name}; what is about requests has no effect on this workload.`,
    };
  },
});
