import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "gateway-address-duplicate",
  code: "KIA1502",
  aliases: [],
  level: "Warning",
  kinds: ["KubernetesGateway"],
  reads: ["KubernetesGateway"],
  title: "Two Gateways of the Gateway API ask for the same address",
  why: "An address belongs to one Service: the Gateway that comes second gets none, or both share one load balancer against their will.",
  fix: "Give each an address of its own, or leave it out.",
  examples: {
    bad: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { addresses: [{ value: 203.0.113.7 }], listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: edge }
spec: { addresses: [{ type: IPAddress, value: 203.0.113.7 }], listeners: [{ name: http, port: 80, protocol: HTTP }] }`,
    good: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: { addresses: [{ value: 203.0.113.7 }], listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: a, namespace: edge }
spec: { addresses: [{ value: 203.0.113.8 }], listeners: [{ name: http, port: 80, protocol: HTTP }] }`,
  },

  *check(subject, mesh) {
    for (const { field, key } of addressesOf(subject.object)) {
      const others = mesh.lookup(ADDRESSES, key).filter((object) => object !== subject.object);
      if (others.length === 0) continue;
      yield {
        path: field.path,
        message: `Gateway ${others.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`).join(", ")} asks for the address ${field.at("value").text} too.`,
        related: others.map(({ metadata }) => ({
          kind: "KubernetesGateway",
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          message: "Asks for the same address.",
        })),
      };
    }
  },
});

function* addressesOf(
  object: KubeObject,
): Iterable<{ readonly field: Field; readonly key: string }> {
  for (const field of new Field(object).at("spec", "addresses").items()) {
    const value = field.at("value").text;
    if (value !== undefined)
      yield { field, key: `${field.at("type").text ?? "IPAddress"} ${value}` };
  }
}

const ADDRESSES: MeshIndex<KubeObject> = {
  kinds: ["KubernetesGateway"],
  *entries(object) {
    for (const { key } of addressesOf(object)) yield [key, object];
  },
};
