import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { nearestNames } from "../nearest";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-class-unknown",
  code: "KIA1504",
  aliases: [],
  level: "Error",
  kinds: ["KubernetesGateway"],
  reads: ["GatewayClass"],
  title: "A Gateway is of a class that does not exist",
  why: "No controller feels responsible for it: it gets no proxies and no address.",
  fix: "Use a class of the cluster; those of Istio are istio, istio-remote, istio-waypoint and istio-east-west.",
  examples: {
    bad: `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: istio }
spec: { controllerName: istio.io/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { gatewayClassName: isito, listeners: [{ name: http, port: 80, protocol: HTTP }] }`,
    good: `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: istio }
spec: { controllerName: istio.io/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: b, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: http, port: 80, protocol: HTTP }] }`,
  },

  *check({ fields }, mesh) {
    const field = fields.at("spec", "gatewayClassName");
    // Where no class is known at all, as in files, this one is not either.
    const known = mesh.lookup(CLASSES, "");
    const { text } = field;
    if (text === undefined || known.length === 0) return;
    if (known.includes(text) || BUILT_IN.includes(text)) return;
    yield {
      path: field.path,
      message: `There is no GatewayClass ${text}; nobody makes a proxy for this Gateway.`,
      fixes: () =>
        nearestNames(text, [...known, ...BUILT_IN]).map((value) => ({
          title: `Use ${value}`,
          edits: [{ op: "set", path: field.path, value }],
        })),
    };
  },
});

/** istiod makes these itself. */
const BUILT_IN = ["istio", "istio-remote", "istio-waypoint", "istio-east-west"];

const CLASSES: MeshIndex<string> = {
  kinds: ["GatewayClass"],
  entries: ({ metadata }) => [["", metadata.name]],
};
