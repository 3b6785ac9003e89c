import { isAmbientNamespace, needsHttp, targetRefs } from "../facts/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "telemetry-without-target-refs",
  code: "KIA1117",
  aliases: [],
  level: "Warning",
  kinds: ["Telemetry"],
  reads: ["Namespace"],
  title: "A Telemetry in ambient selects workloads, which waypoints do not look at",
  why: "A waypoint takes the policies that name it, or a Service of its, in targetRefs. What has a selector, or nothing, is for sidecars and node proxies; about requests it has no effect.",
  fix: "Name the Service, or the Gateway of the waypoint, in targetRefs.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, tracing: [{ randomSamplingPercentage: 10 }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: reviews, namespace: shop }
spec: { targetRefs: [{ kind: Service, group: "", name: reviews }], tracing: [{ randomSamplingPercentage: 10 }] }`,
  },

  *check(subject, mesh) {
    const why = needsHttp(subject);
    if (why === undefined || targetRefs(subject).length > 0) return;
    if (!isAmbientNamespace(namespaceLabels(mesh, subject.namespace))) return;
    const selector = subject.fields.at("spec", "selector");
    yield {
      path: selector.exists ? selector.path : ["spec"],
      message: `Without targetRefs no waypoint takes this Telemetry, and it needs one: ${why}.`,
    };
  },
});
