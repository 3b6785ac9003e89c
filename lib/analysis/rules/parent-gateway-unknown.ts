import type { MeshView } from "@/lib/mesh/view";
import { namespaceLabels } from "../facts/namespaces";
import { matchesSelector } from "../facts/selectors";
import { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "parent-gateway-unknown",
  code: "KIA1401",
  aliases: [],
  level: "Error",
  kinds: ["HTTPRoute", "GRPCRoute"],
  reads: ["KubernetesGateway", "Namespace"],
  title: "A route is bound to a Gateway that does not exist or does not let it in",
  why: "A route takes effect only through a listener that allows routes of its namespace. Otherwise no proxy gets it, and requests get 404.",
  fix: "Correct the name or namespace of the parent, or let the listener's allowedRoutes take routes of this namespace.",
  examples: {
    bad: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ingress, namespace: edge }
spec: { listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: ingress, namespace: edge }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: books } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ingress, namespace: edge }
spec: { listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: books } } } } }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: ingress, namespace: edge }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: mesh, namespace: shop }
spec: { parentRefs: [{ kind: Service, group: "", name: reviews }] }`,
  },

  *check({ fields, namespace, object }, mesh) {
    for (const parent of fields.at("spec", "parentRefs").items()) {
      if ((parent.at("kind").text ?? "Gateway") !== "Gateway") continue;
      const name = parent.at("name");
      if (name.text === undefined) continue;
      const home = parent.at("namespace").text ?? namespace;
      const gateway = mesh.get("KubernetesGateway", home, name.text);
      if (!gateway) {
        yield {
          path: name.path,
          message: `There is no Gateway ${home}/${name.text}; no proxy gets this ${object.kind}.`,
          // Files need not hold the Gateways.
          ...(mesh.list("KubernetesGateway").length === 0 && { level: "Warning" }),
        };
        continue;
      }
      const section = parent.at("sectionName");
      const all = new Field(gateway).at("spec", "listeners").items();
      const listeners = all.filter(
        (listener) => section.text === undefined || listener.at("name").text === section.text,
      );
      if (listeners.some((listener) => letsIn(listener, { home, namespace, mesh }))) continue;
      yield {
        path: listeners.length === 0 && section.exists ? section.path : parent.path,
        message:
          listeners.length === 0
            ? `Gateway ${home}/${name.text} has no listener ${section.text ?? ""}; no proxy gets this ${object.kind}.`
            : `No listener of Gateway ${home}/${name.text} allows routes of ${namespace}; no proxy gets this ${object.kind}.`,
        related: [
          {
            kind: "KubernetesGateway",
            namespace: home,
            name: name.text,
            message: "Decides whose routes it takes.",
          },
        ],
      };
    }
  },
});

function letsIn(
  listener: Field,
  { home, namespace, mesh }: { home: string; namespace: string; mesh: MeshView },
): boolean {
  const allowed = listener.at("allowedRoutes", "namespaces");
  switch (allowed.at("from").text ?? "Same") {
    case "All":
      return true;
    case "Selector":
      return matchesSelector(namespaceLabels(mesh, namespace), allowed.at("selector"));
    case "Same":
      return home === namespace;
    default:
      return false;
  }
}
