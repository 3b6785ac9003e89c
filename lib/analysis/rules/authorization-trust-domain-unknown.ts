import { principalsOf, trustDomains } from "../facts/principals";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "authorization-trust-domain-unknown",
  code: "KIA0108",
  aliases: [],
  level: "Warning",
  kinds: ["AuthorizationPolicy"],
  reads: ["ConfigMap"],
  title: "An AuthorizationPolicy names a principal of another trust domain",
  why: "Workloads of this mesh present its own trust domain or one of its aliases. A principal of another one can only come from a mesh that is federated with it; otherwise the rule never matches.",
  fix: "Use the trust domain of the mesh, or add the other one to trustDomainAliases of the mesh config.",
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "trustDomain: shop.example.com" }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ from: [{ source: { principals: [shop.example.org/ns/shop/sa/web] } }] }] }`,
    good: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "trustDomain: shop.example.com" }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ from: [{ source: { principals: [shop.example.com/ns/shop/sa/web, cluster.local/ns/shop/sa/web] } }] }] }`,
  },

  *check(subject, mesh) {
    const known = trustDomains(mesh);
    for (const { field, text, domain } of principalsOf(subject)) {
      if (domain === undefined || text.includes("*") || known.has(domain)) continue;
      yield {
        path: field.path,
        message: `${domain} is no trust domain of this mesh (it has ${[...known].join(", ")}); unless it is federated, the rule never matches by ${text}.`,
      };
    }
  },
});
