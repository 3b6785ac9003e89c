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
    const declared = workloads(mesh).matching(selector, namespace).flatMap(portsOf);
    if (declared.length === 0) return;
    for (const port of fields.at("spec", "ports").items()) {
      const given = port.at("targetPort");
      const target = given.text ?? (given.number || port.at("port").number);
      if (target === undefined || declared.some((names) => names.has(target))) continue;
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

/** The ports of a workload's containers, by number and by name; none for what has no containers. */
function portsOf({ kind, object }: Workload): readonly ReadonlySet<number | string>[] {
  if (kind === "WorkloadEntry") return [];
  const spec = new Field(object).at("spec");
  const pod = kind === "Pod" ? spec : spec.at("template", "spec");
  const containers = [...pod.at("containers").items(), ...pod.at("initContainers").items()];
  // A pod without any declared port leaves all to the application.
  const ports = containers.flatMap((container) => container.at("ports").items());
  if (ports.length === 0) return [];
  return [
    new Set(
      ports.flatMap((port) =>
        [port.at("containerPort").number, port.at("name").text].flatMap((one) => one ?? []),
      ),
    ),
  ];
}
