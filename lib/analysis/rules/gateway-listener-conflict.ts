import { listenersByKey, listenersOf } from "../facts/gateway-api";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-listener-conflict",
  code: "KIA1501",
  aliases: [],
  level: "Warning",
  kinds: ["KubernetesGateway"],
  reads: ["KubernetesGateway"],
  title: "Two Gateways of the Gateway API have the same listener",
  why: "Each has proxies and an address of its own, so both work; but which one a client reaches depends on its DNS alone, and a route that is bound to one is missing at the other.",
  fix: "Give them different hostnames, or merge them.",
  examples: {
    bad: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: edge }
spec: { listeners: [{ name: web, port: 80, protocol: HTTP, hostname: shop.example.com }] }`,
    good: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: b, namespace: shop }
spec: { listeners: [{ name: http, port: 80, protocol: HTTP, hostname: books.example.com }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: edge }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }`,
  },

  *check(subject, mesh) {
    for (const { field, key, hostname, port } of listenersOf(subject.object)) {
      const others = mesh
        .lookup(listenersByKey, key)
        .filter(({ object }) => object !== subject.object);
      const names = [
        ...new Set(
          others.map(({ object: { metadata } }) => `${metadata.namespace ?? ""}/${metadata.name}`),
        ),
      ];
      if (names.length === 0) continue;
      yield {
        path: field.path,
        message: `Gateway ${names.join(", ")} has a listener for ${hostname} on port ${port} too.`,
        related: others.map(({ object: { metadata } }) => ({
          kind: "KubernetesGateway",
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          message: "Has the same listener.",
        })),
      };
    }
  },
});
