import { servicesSelecting } from "../facts/selecting-services";
import { isGatewayPod, isInMesh, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "workload-without-service",
  code: "QD0203",
  aliases: [],
  level: "Info",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace", "Service"],
  title: "No Service selects a workload of the mesh",
  why: "Istio knows what a workload listens on by its Services. Without one there is no inbound configuration for its ports: they pass as TCP, without routes, retries or metrics of requests.",
  fix: "Add a Service that selects the pods, even if nobody calls them by its name.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews, version: v1 } }, spec: { containers: [{ name: reviews, ports: [{ containerPort: 9080 }] }] } } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews, version: v1 } }, spec: { containers: [{ name: reviews, ports: [{ containerPort: 9080 }] }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: worker } } } }`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    if (!workload || isGatewayPod(workload)) return;
    if (!isInMesh(workload, subject.namespace, mesh)) return;
    // What declares no port may well listen on none.
    const containers = workload.spec.at("containers").items();
    if (!containers.some((container) => container.at("ports").items().length > 0)) return;
    if (servicesSelecting(mesh, subject.namespace, workload.labels).length > 0) return;
    yield {
      path: ["metadata"],
      message: "No Service selects this workload; what reaches it is plain TCP to Istio.",
    };
  },
});
