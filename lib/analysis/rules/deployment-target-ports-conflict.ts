import { groupBy } from "@/lib/base/group-by";
import { servicePortsOf } from "../facts/deployment-services";
import { byText, fullName, listed, quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "deployment-target-ports-conflict",
  code: "IST0137",
  aliases: [],
  level: "Warning",
  kinds: ["Deployment"],
  reads: ["Service", "Namespace"],
  title: "Services lead different ports to one port of a Deployment",
  why:
    "A sidecar has one inbound listener for the workload's port and names it after one of the " +
    "service ports, so routes and metrics of the other take the wrong name.",
  fix: "Lead each service port to a port of its own, or use one service port.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }, { port: 81, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web, sidecar.istio.io/inject: "true" } } } }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }, { port: 81, targetPort: 8081 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web } } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }`,
  },
  istioctl: { analyzers: ["deployment.MultiServiceAnalyzer"] },

  *check(subject, mesh) {
    const byTarget = groupBy(servicePortsOf(subject, mesh), (use) => use.targetPort);
    for (const [targetPort, uses] of byTarget) {
      // Of several services with the same port, the last one stands for it.
      const byPort = new Map(uses.map(({ port, service }) => [port, service]));
      if (byPort.size < 2) continue;
      const ports = [...byPort.keys()].sort((a, b) => a - b);
      const names = [...byPort.values()].map(({ metadata }) => fullName(metadata)).sort(byText);
      yield {
        path: ["metadata", "name"],
        message: `The service ports ${ports.join(", ")} all lead to port ${targetPort} of this Deployment.`,
        related: [...new Set(byPort.values())].map(({ metadata }) => ({
          kind: "Service",
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          message: `Leads to port ${targetPort}.`,
        })),
        istioctl: {
          message: `This deployment ${subject.name} is associated with multiple services ${listed(names)} using targetPort ${quoted(targetPort)} but different ports: ${listed(ports)}.`,
          at: ["metadata", "name"],
        },
      };
    }
  },
});
