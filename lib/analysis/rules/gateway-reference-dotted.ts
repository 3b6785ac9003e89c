import { resolveGateway } from "@/lib/istio/gateway-ref";
import { defineRule, type Subject } from "../rule";
import type { Field } from "../field";

export const rule = defineRule({
  id: "gateway-reference-dotted",
  code: "KIA1108",
  aliases: [],
  level: "Info",
  kinds: ["VirtualService"],
  reads: [],
  title: "A Gateway is named in the old form with dots",
  why: "istiod still reads name.namespace.svc.cluster.local and takes the first part for the name and the second for the namespace. The form is deprecated, and a Gateway whose own name has a dot cannot be meant by it.",
  fix: "Write namespace/name.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [ingress.edge.svc.cluster.local] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [edge/ingress, mesh] }`,
  },

  *check(subject) {
    for (const field of references(subject)) {
      if (!field.text?.includes(".") || field.text.includes("/")) continue;
      const value = resolveGateway(field.text, subject.namespace);
      yield {
        path: field.path,
        message: `${field.text} is the old form of ${value}.`,
        fixes: [{ title: `Use ${value}`, edits: [{ op: "set", path: field.path, value }] }],
      };
    }
  },
});

function* references({ fields }: Subject): Iterable<Field> {
  const spec = fields.at("spec");
  yield* spec.at("gateways").items();
  for (const list of ["http", "tls", "tcp"]) {
    for (const route of spec.at(list).items()) {
      for (const match of route.at("match").items()) yield* match.at("gateways").items();
    }
  }
}
