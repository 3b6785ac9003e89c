import { groupBy } from "@/lib/base/group-by";
import { servicePortsOf } from "../facts/deployment-services";
import { byText, fullName, listed } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "deployment-protocols-conflict",
  code: "IST0116",
  aliases: [],
  level: "Warning",
  kinds: ["Deployment"],
  reads: ["Service", "Namespace"],
  title: "Services give one port of a Deployment different protocols",
  why: "A sidecar has one listener a port and takes one of the protocols; traffic of the other fails.",
  fix: "Give the Services the same protocol for the port, or different ports.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: a, namespace: shop }
spec: { selector: { app: dns }, ports: [{ port: 53, protocol: TCP }] }
---
apiVersion: v1
kind: Service
metadata: { name: b, namespace: shop }
spec: { selector: { app: dns }, ports: [{ port: 53, protocol: UDP }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: dns, namespace: shop }
spec: { template: { metadata: { labels: { app: dns, sidecar.istio.io/inject: "true" } } } }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: a, namespace: shop }
spec: { selector: { app: dns }, ports: [{ port: 53 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: dns, namespace: shop }
spec: { template: { metadata: { labels: { app: dns } } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }`,
  },
  istioctl: { analyzers: ["deployment.MultiServiceAnalyzer"] },

  *check(subject, mesh) {
    for (const [port, uses] of groupBy(servicePortsOf(subject, mesh), (use) => use.port)) {
      const protocols = [...new Set(uses.map(({ protocol }) => protocol))].sort(byText);
      if (protocols.length < 2) continue;
      const names = uses.map(({ service }) => fullName(service.metadata)).sort(byText);
      const services = [...new Set(uses.map(({ service }) => service))];
      yield {
        path: ["metadata", "name"],
        message: `Services disagree about port ${port} of this Deployment: ${protocols.join(", ")}.`,
        related: services.map(({ metadata }) => ({
          kind: "Service",
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          message: `Declares port ${port}.`,
        })),
        istioctl: {
          message: `This deployment ${subject.name} is associated with multiple services using port ${port} but different protocols: ${listed(names)}`,
          at: ["metadata", "name"],
        },
      };
    }
  },
});
