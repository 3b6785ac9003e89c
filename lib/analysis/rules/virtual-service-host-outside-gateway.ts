import { isInternalGateway, istioctlGateways, servesHosts } from "../istioctl/gateways";
import { fullName, listed } from "../istioctl/words";
import { MESH_GATEWAY, resolveGateway } from "@/lib/istio/gateway-ref";
import type { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "virtual-service-host-outside-gateway",
  code: "IST0132",
  aliases: [],
  level: "Warning",
  kinds: ["VirtualService"],
  reads: ["Gateway"],
  title: "A VirtualService has no host that its Gateway serves",
  why: "A Gateway takes routes only for the hosts of its servers; requests for others get 404.",
  fix: "Add the host to a server of the Gateway, or use a host that it serves.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { servers: [{ port: { number: 80 }, hosts: [shop.example.com] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec: { hosts: [shop.example.org], gateways: [edge] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { servers: [{ port: { number: 80 }, hosts: ["./*.example.com"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [edge] }`,
  },
  istioctl: {
    analyzers: ["virtualservice.GatewayAnalyzer"],
    *check(subject, mesh) {
      const hosts = hostTexts(subject.fields.at("spec", "hosts"));
      for (const { field, namespace, name } of istioctlGateways(subject)) {
        const gateway = mesh.get("Gateway", namespace, name);
        if (gateway && servesHosts(gateway, hosts, subject.namespace)) continue;
        yield {
          message: `one or more host ${listed(hosts)} defined in VirtualService ${fullName(subject)} not found in Gateway ${fullName({ namespace, name })}.`,
          at: field.path,
        };
      }
    },
  },

  *check(subject, mesh) {
    const { fields, namespace } = subject;
    const hosts = hostTexts(fields.at("spec", "hosts"));
    // A delegate has no hosts of its own.
    if (hosts.length === 0) return;
    for (const field of fields.at("spec", "gateways").items()) {
      if (field.text === undefined || isInternalGateway(field.text)) continue;
      const resolved = resolveGateway(field.text, namespace);
      if (resolved === MESH_GATEWAY) continue;
      const [owner = "", name = ""] = resolved.split("/");
      const gateway = mesh.get("Gateway", owner, name);
      // That it does not exist is another finding.
      if (!gateway || servesHosts(gateway, hosts, namespace)) continue;
      yield {
        path: field.path,
        message: `Gateway ${resolved} serves none of ${hosts.join(", ")}; requests for them get 404.`,
        related: [
          { kind: "Gateway", namespace: owner, name, message: "Names the hosts that it serves." },
        ],
      };
    }
  },
});

const hostTexts = (hosts: Field): readonly string[] =>
  hosts.items().map(({ value }) => (typeof value === "string" ? value : ""));
