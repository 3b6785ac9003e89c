import { listenersOf } from "../facts/gateway-api";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-listener-duplicate",
  code: "KIA1503",
  aliases: [],
  level: "Error",
  kinds: ["KubernetesGateway"],
  reads: [],
  title: "A Gateway has two listeners that cannot be told apart",
  why: "Listeners of one port differ by hostname and protocol. Of two equal ones the API marks both as conflicted, and neither takes routes.",
  fix: "Give them different hostnames, ports or protocols, or remove one.",
  examples: {
    bad: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { listeners: [{ name: http, port: 80, protocol: HTTP }, { name: web, port: 80, protocol: HTTP }] }`,
    good: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { listeners: [{ name: http, port: 80, protocol: HTTP }, { name: books, port: 80, protocol: HTTP, hostname: books.example.com }] }`,
  },

  *check({ object }) {
    const listeners = [...listenersOf(object, { waypoints: true })];
    for (const { field, key, hostname, port } of listeners) {
      const other = listeners.find((one) => one.key === key && one.field !== field);
      if (!other) continue;
      yield {
        path: field.path,
        message: `Listener ${other.field.at("name").text ?? ""} is for ${hostname} on port ${port} as well; neither takes routes.`,
      };
    }
  },
});
