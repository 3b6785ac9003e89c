import { serverHost } from "@/lib/istio/gateway-ref";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";
import { labelText } from "../facts/label-text";
import { type Workloads, workloads, WORKLOAD_KINDS } from "../facts/workloads";
import { istioctlConflicts } from "../istioctl/gateway-conflicts";
import { defineRule } from "../rule";

type Labels = Readonly<Record<string, string>>;

export const rule = defineRule({
  id: "gateway-conflict",
  code: "IST0145",
  aliases: ["KIA0301"],
  level: "Error",
  kinds: ["Gateway"],
  reads: ["Gateway", ...WORKLOAD_KINDS],
  title: "Two Gateways open the same port for the same host on the same proxies",
  why: "Which of them decides about TLS and routes depends on their order of creation alone.",
  fix: "Merge them, or give them different hosts, ports or workloads.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { selector: { istio: ingress }, servers: [{ port: { number: 80 }, hosts: ["*"] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: b, namespace: shop }
spec: { selector: { istio: ingress }, servers: [{ port: { number: 80 }, hosts: ["*"] }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { selector: { istio: ingress }, servers: [{ port: { number: 80 }, hosts: [a.example.com] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: b, namespace: shop }
spec: { selector: { istio: ingress }, servers: [{ port: { number: 80 }, hosts: [b.example.com] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: c, namespace: shop }
spec: { selector: { app: egress }, servers: [{ port: { number: 80 }, hosts: [a.example.com] }] }`,
  },

  istioctl: { analyzers: ["gateway.ConflictingGatewayAnalyzer"], check: istioctlConflicts },

  *check(subject, mesh) {
    const known = workloads(mesh);
    const selector = subject.fields.at("spec", "selector").labels();
    for (const own of listenersOf(subject.object)) {
      const others = mesh
        .lookup(LISTENERS, own.key)
        .filter(
          (other) =>
            other.object !== subject.object && sharesProxies(selector, other.selector, known),
        );
      const names = [...new Set(others.map(({ object }) => nameOf(object)))];
      if (names.length === 0) continue;
      yield {
        path: own.path,
        message:
          `Gateway ${names.join(", ")} opens port ${own.port} for ${own.host} too, on the same ` +
          `proxies (${labelText(selector) || "all"}).`,
        related: others.map(({ object: { metadata } }) => ({
          kind: "Gateway",
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          message: `Opens port ${own.port} for ${own.host} too.`,
        })),
      };
    }
  },
});

interface Listener {
  /** Equal for listeners that get in each other's way. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly path: Field["path"];
  readonly selector: Labels;
  readonly object: KubeObject;
}

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;

const LISTENERS: MeshIndex<Listener> = {
  kinds: ["Gateway"],
  *entries(object) {
    for (const listener of listenersOf(object)) yield [listener.key, listener];
  },
};

function* listenersOf(object: KubeObject): Iterable<Listener> {
  const spec = new Field(object).at("spec");
  const selector = spec.at("selector").labels();
  for (const server of spec.at("servers").items()) {
    const port = server.at("port", "number").number;
    if (port === undefined) continue;
    for (const field of server.at("hosts").items()) {
      if (field.text === undefined) continue;
      const { namespace, host } = serverHost(field.text, object.metadata.namespace ?? "");
      const key = JSON.stringify([port, server.at("bind").text ?? "", namespace, host]);
      yield { key, host: field.text, port, path: field.path, selector, object };
    }
  }
}

/** Equal selectors share whatever they select, even if it is not deployed yet. */
function sharesProxies(a: Labels, b: Labels, known: Workloads): boolean {
  if (hasLabels(a, b) && hasLabels(b, a)) return true;
  const both = { ...a, ...b };
  return hasLabels(both, a) && known.select(both) !== undefined;
}
