import { ambientHosts, needsHttp } from "../facts/ambient";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "virtual-service-outside-service-namespace",
  code: "KIA1114",
  aliases: [],
  level: "Warning",
  kinds: ["VirtualService"],
  reads: ["Namespace", "Service"],
  title: "A VirtualService is for a Service in ambient of another namespace",
  why: "A waypoint works for the owner of the service: it takes the configuration of its own namespace, and none that clients bring. The object has no effect on the Service.",
  fix: "Move the object to the namespace of the Service.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: web }
spec: { hosts: [reviews.shop.svc.cluster.local], http: [{ route: [{ destination: { host: reviews } }] }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews.shop.svc.cluster.local], http: [{ route: [{ destination: { host: reviews } }] }] }`,
  },

  *check(subject, mesh) {
    if (needsHttp(subject) === undefined) return;
    for (const { field, name, namespace } of ambientHosts(subject, mesh)) {
      if (namespace === subject.namespace) continue;
      yield {
        path: field.path,
        message: `${name} is a Service of ${namespace}, whose waypoint takes configuration of ${namespace} only; this VirtualService has no effect on it.`,
        related: [
          {
            kind: "Service",
            namespace,
            name,
            message: "Is served by a waypoint of its own namespace.",
          },
        ],
      };
    }
  },
});
