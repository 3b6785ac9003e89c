import { resolveHost } from "@/lib/istio/host";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { declaredHosts } from "../facts/declared-hosts";
import { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "authorization-host-unknown",
  code: "KIA0104",
  aliases: [],
  level: "Error",
  kinds: ["AuthorizationPolicy"],
  reads: ["Namespace", "Service", "ServiceEntry", "VirtualService", "ConfigMap"],
  title: "An AuthorizationPolicy matches a host that the mesh does not have",
  why: "The entry is compared with the Host header of requests. A service that does not exist is asked for by nobody, so the rule never matches.",
  fix: "Correct the host, or create the Service. Clients may send short or full names; list each form that they use.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ to: [{ operation: { hosts: [reveiws] } }] }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ to: [{ operation: { hosts: [reviews, reviews.shop, "*.example.com"] } }] }] }`,
  },

  *check({ fields, namespace }, mesh) {
    const known = declaredHosts(mesh);
    const isKnown = (host: string) =>
      known.find(host, namespace) !== undefined || mesh.lookup(ROUTED_HOSTS, host).length > 0;
    for (const rule of fields.at("spec", "rules").items()) {
      for (const to of rule.at("to").items()) {
        for (const field of to.at("operation", "hosts").items()) {
          const [name = "", owner, ...rest] = field.text?.split(".") ?? [];
          // A pattern, and a name of the outside world, can be anybody's.
          if (name === "" || name.includes("*") || rest.length > 0) continue;
          if (owner !== undefined && !mesh.get("Namespace", "", owner)) continue;
          if (isKnown(resolveHost(name, owner ?? namespace)) || isKnown(field.text ?? "")) continue;
          // Where any host may be called, Istio knows fewer than there are.
          const anyHost = mesh.derive(meshConfig).outboundTrafficPolicy.mode !== "REGISTRY_ONLY";
          yield {
            path: field.path,
            message: `No Service, ServiceEntry or VirtualService has the host ${field.text}; the rule never matches by it.`,
            ...(anyHost && { level: "Warning" }),
          };
        }
      }
    }
  },
});

/** Hosts of VirtualServices, fully qualified. */
const ROUTED_HOSTS: MeshIndex<true> = {
  kinds: ["VirtualService"],
  *entries(object) {
    const namespace = object.metadata.namespace ?? "";
    for (const host of new Field(object).at("spec", "hosts").texts()) {
      yield [resolveHost(host, namespace), true];
    }
  },
};
