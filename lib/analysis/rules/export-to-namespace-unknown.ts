import { isUnknownNamespace, namespaceNames } from "../facts/namespaces";
import { nearestNames } from "../nearest";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "export-to-namespace-unknown",
  code: "KIA0005",
  aliases: [],
  level: "Error",
  kinds: ["VirtualService", "DestinationRule", "ServiceEntry"],
  reads: ["Namespace"],
  title: "An object is exported to a namespace that does not exist",
  why: "The clients that it was meant for do not see it: they keep the defaults as if it were not there.",
  fix: "Correct the name of the namespace, or create it.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: [partner.example.com], exportTo: [shoop] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Namespace
metadata: { name: edge }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: [partner.example.com], exportTo: [., edge] }`,
  },

  *check({ fields, object }, mesh) {
    for (const field of fields.at("spec", "exportTo").items()) {
      const name = field.text;
      if (name === undefined || [".", "*", "~"].includes(name)) continue;
      if (!isUnknownNamespace(mesh, name)) continue;
      yield {
        path: field.path,
        message: `There is no namespace ${name}; nobody there sees this ${object.kind}.`,
        fixes: () =>
          nearestNames(name, namespaceNames(mesh)).map((value) => ({
            title: `Use ${value}`,
            edits: [{ op: "set", path: field.path, value }],
          })),
      };
    }
  },
});
