import { ambientHosts, isAmbientNamespace, needsHttp, waypointOf } from "../facts/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "destination-rule-without-waypoint",
  code: "KIA0210",
  aliases: [],
  level: "Warning",
  kinds: ["DestinationRule"],
  reads: ["Namespace", "Service"],
  title: "A DestinationRule in ambient is about requests, and its namespace has no waypoint",
  why: "In ambient the node proxy forwards connections and reads no requests; what is about requests needs a waypoint, and only traffic for what carries the label istio.io/use-waypoint goes through one.",
  fix: "Deploy a waypoint and label the namespace with istio.io/use-waypoint.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: partner, namespace: shop }
spec: { host: api.example.com, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: partner, namespace: shop }
spec: { host: api.example.com, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: edge, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: edge, labels: { istio.io/use-waypoint: waypoint } }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: edge }
spec: { host: reviews, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } }`,
  },

  *check(subject, mesh) {
    const why = needsHttp(subject);
    const { namespace: name } = subject;
    const labels = namespaceLabels(mesh, name);
    if (why === undefined || !isAmbientNamespace(labels) || waypointOf({}, { name, labels }))
      return;
    // Hosts that are Services of ambient are other rules'.
    if (ambientHosts(subject, mesh).length > 0) return;
    yield {
      path: ["spec", "host"],
      message: `No waypoint serves the namespace ${name}, so this DestinationRule has no effect: ${why}.`,
    };
  },
});
