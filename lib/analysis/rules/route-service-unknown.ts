import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { defineRule, type Subject } from "../rule";

export const rule = defineRule({
  id: "route-service-unknown",
  code: "KIA1402",
  aliases: [],
  level: "Error",
  kinds: ["HTTPRoute", "GRPCRoute"],
  reads: ["Service", "ReferenceGrant"],
  title: "A route leads to a Service that does not exist or may not be used",
  why: "Envoy answers 500 for a backend that is not there, and for one of another namespace that no ReferenceGrant allows.",
  fix: "Correct the name, which is that of the Service and never a host name; for another namespace add a ReferenceGrant there.",
  examples: {
    bad: `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ backendRefs: [{ name: reviews.shop, port: 9080 }] }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: ratings, namespace: books }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: books }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }], to: [{ group: "", kind: Service }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ kind: Service, group: "", name: reviews }], rules: [{ backendRefs: [{ name: reviews, port: 9080 }, { name: ratings, namespace: books, port: 9080 }] }] }`,
  },

  *check(subject, mesh) {
    const { fields, namespace } = subject;
    const spec = fields.at("spec");
    const parents = spec
      .at("parentRefs")
      .items()
      .filter((parent) => parent.at("kind").text === "Service");
    // A draft may leave out kind and group: then it is a Service of the core group.
    const backends = spec
      .at("rules")
      .items()
      .flatMap((rule) => rule.at("backendRefs").items())
      .filter((ref) => (ref.at("kind").text ?? "Service") === "Service" && !ref.at("group").text);
    for (const ref of [...parents, ...backends]) {
      const name = ref.at("name");
      if (name.text === undefined) continue;
      const home = ref.at("namespace").text ?? namespace;
      if (!mesh.get("Service", home, name.text)) {
        // Files need not hold the Services of a namespace.
        const known = mesh.lookup(SERVICES, home).length > 0;
        yield {
          path: name.path,
          message: `There is no Service ${name.text} in ${home}; its requests get 500.`,
          ...(!known && { level: "Warning" }),
        };
      } else if (
        home !== namespace &&
        backends.includes(ref) &&
        !isGranted(mesh, subject, { home, name: name.text })
      ) {
        yield {
          path: ref.at("namespace").path,
          message: `No ReferenceGrant of ${home} lets routes of ${namespace} use the Service ${name.text}; its requests get 500.`,
        };
      }
    }
  },
});

/** By namespace. */
const SERVICES: MeshIndex<true> = {
  kinds: ["Service"],
  entries: ({ metadata }) => [[metadata.namespace ?? "", true]],
};

/** By the namespace that grants. */
const GRANTS: MeshIndex<Field> = {
  kinds: ["ReferenceGrant"],
  *entries(object) {
    yield [object.metadata.namespace ?? "", new Field(object).at("spec")];
  },
};

function isGranted(
  mesh: MeshView,
  { namespace, object }: Subject,
  { home, name }: { readonly home: string; readonly name: string },
): boolean {
  return mesh.lookup(GRANTS, home).some(
    (grant) =>
      grant
        .at("from")
        .items()
        .some(
          (from) => from.at("namespace").text === namespace && from.at("kind").text === object.kind,
        ) &&
      grant
        .at("to")
        .items()
        .some((to) => to.at("kind").text === "Service" && (to.at("name").text ?? name) === name),
  );
}
