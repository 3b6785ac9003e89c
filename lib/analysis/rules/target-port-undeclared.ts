import { meshConfig } from "@/lib/mesh/mesh-config";
import { Field } from "../field";
import { type Workload, workloads, WORKLOAD_KINDS } from "../facts/workloads";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "target-port-undeclared",
  code: "KIA0701",
  aliases: [],
  level: "Warning",
  kinds: ["Service"],
  reads: ["ConfigMap", ...WORKLOAD_KINDS],
  title: "A Service leads to a port that its pods do not declare",
  why: "A named target port that no container has gives the Service no endpoint for it. A number works if something listens there, but nothing that reads the pods can know.",
  fix: "Declare the port in the container, or correct targetPort.",
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } }, spec: { containers: [{ name: reviews, ports: [{ name: http, containerPort: 9080 }] }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 80, targetPort: htpp }] }`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } }, spec: { containers: [{ name: reviews, ports: [{ name: http, containerPort: 9080 }] }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ port: 80, targetPort: http }, { port: 9080 }] }`,
  },

  *check({ fields, namespace }, mesh) {
    const selector = fields.at("spec", "selector").labels();
    if (Object.keys(selector).length === 0) return;
    // istiod's debug ports, and what istiod makes for gateways, are declared nowhere.
    if (namespace === mesh.derive(meshConfig).rootNamespace) return;
    if ("gateway.istio.io/managed" in fields.at("metadata", "labels").labels()) return;
    // Every workload is looked at: Kiali takes the first Deployment alone.
    const undeclared = new Map(
      fields
        .at("spec", "ports")
        .items()
        .map((port) => [port, targetOf(port)]),
    );
    let isKnown = false;
    for (const workload of workloads(mesh).matching(selector, namespace)) {
      const names = portsOf(workload);
      // A pod without any declared port leaves all to the application.
      if (names.size === 0) continue;
      isKnown = true;
      for (const [port, target] of undeclared) {
        if (target === undefined || names.has(target)) undeclared.delete(port);
      }
      if (undeclared.size === 0) return;
    }
    if (!isKnown) return;
    for (const [port, target] of undeclared) {
      const given = port.at("targetPort");
      yield {
        path: given.exists ? given.path : port.path,
        message:
          typeof target === "string"
            ? `No container of this Service's pods has a port called ${target}; the port has no endpoint.`
            : `No container of this Service's pods declares port ${target}.`,
      };
    }
  },
});

/** Where a Service's port leads: a number, or the name of a container's port. */
function targetOf(port: Field): number | string | undefined {
  const given = port.at("targetPort");
  return given.text ?? (given.number || port.at("port").number);
}

/** The ports of a workload's containers, by number and by name. */
function portsOf({ kind, object }: Workload): ReadonlySet<number | string> {
  const names = new Set<number | string>();
  if (kind === "WorkloadEntry") return names;
  const spec = new Field(object).at("spec");
  const pod = kind === "Pod" ? spec : spec.at("template", "spec");
  for (const list of ["containers", "initContainers"]) {
    for (const container of pod.at(list).items()) {
      for (const port of container.at("ports").items()) {
        const { number } = port.at("containerPort");
        const { text } = port.at("name");
        if (number !== undefined) names.add(number);
        if (text !== undefined) names.add(text);
      }
    }
  }
  return names;
}
