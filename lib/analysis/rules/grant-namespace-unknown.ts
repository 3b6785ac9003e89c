import { isUnknownNamespace, namespaceNames } from "../facts/namespaces";
import { nearestNames } from "../nearest";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "grant-namespace-unknown",
  code: "KIA1601",
  aliases: [],
  level: "Error",
  kinds: ["ReferenceGrant"],
  reads: ["Namespace"],
  title: "A ReferenceGrant is for a namespace that does not exist",
  why: "It lets nobody in: references of the namespace that was meant are refused.",
  fix: "Correct the name of the namespace.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: books }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shoop }], to: [{ group: "", kind: Service }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: books }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }], to: [{ group: "", kind: Service }] }`,
  },

  *check({ fields }, mesh) {
    for (const from of fields.at("spec", "from").items()) {
      const field = from.at("namespace");
      const { text } = field;
      if (text === undefined || !isUnknownNamespace(mesh, text)) continue;
      yield {
        path: field.path,
        message: `There is no namespace ${text}; this grant lets nobody in.`,
        fixes: () =>
          nearestNames(text, namespaceNames(mesh)).map((value) => ({
            title: `Use ${value}`,
            edits: [{ op: "set", path: field.path, value }],
          })),
      };
    }
  },
});
