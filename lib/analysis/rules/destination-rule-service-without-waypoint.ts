import { ambientHosts, needsHttp } from "../facts/ambient";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "destination-rule-service-without-waypoint",
  code: "KIA0211",
  aliases: [],
  level: "Warning",
  kinds: ["DestinationRule"],
  reads: ["Namespace", "Service"],
  title: "A DestinationRule is for a Service in ambient that no waypoint serves",
  why: "In ambient the node proxy forwards connections and reads no requests; what is about requests needs a waypoint, and only traffic for what carries the label istio.io/use-waypoint goes through one.",
  fix: "Deploy a waypoint and label the Service or its namespace with istio.io/use-waypoint.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop, labels: { istio.io/use-waypoint: waypoint } }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } }`,
  },

  *check(subject, mesh) {
    const why = needsHttp(subject);
    if (why === undefined) return;
    for (const { field, name, namespace, served } of ambientHosts(subject, mesh)) {
      if (served) continue;
      yield {
        path: field.path,
        message: `No waypoint serves ${namespace}/${name}, so this DestinationRule has no effect on it: ${why}.`,
        related: [
          { kind: "Service", namespace, name, message: "Is asked for without a waypoint." },
        ],
      };
    }
  },
});
