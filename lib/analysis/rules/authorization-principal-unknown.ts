import { nearestNames } from "../nearest";
import { principalsOf, trustDomains } from "../facts/principals";
import {
  ACCOUNT_KINDS,
  allServiceAccounts,
  clustersWithAccount,
  hasServiceAccounts,
  isServiceAccount,
  serviceAccounts,
} from "../facts/service-accounts";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "authorization-principal-unknown",
  code: "KIA0106",
  aliases: [],
  level: "Error",
  kinds: ["AuthorizationPolicy"],
  reads: [...ACCOUNT_KINDS, "ConfigMap"],
  title: "An AuthorizationPolicy names a ServiceAccount that nobody runs as",
  why: "A principal is the trust domain, namespace and ServiceAccount of the client. One that no workload has is never presented, so the rule never matches.",
  fix: "Correct the namespace or the ServiceAccount: <trust domain>/ns/<namespace>/sa/<service account>, without spiffe://.",
  examples: {
    bad: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/wbe] } }] }] }`,
    good: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web, "*/sa/web", "*"] } }] }] }`,
  },

  *check(subject, mesh) {
    for (const { field, text, domain, namespace, account } of principalsOf(subject)) {
      const known = trustDomains(mesh);
      if (text.includes("*")) {
        const views = [mesh, ...(mesh.clusters?.others.values() ?? [])];
        const accounts = views.flatMap((view) => [...allServiceAccounts(view)]);
        const all = [...known].flatMap((one) => accounts.map((identity) => `${one}/${identity}`));
        if (all.length === 0 || all.some((one) => matches(text, one))) continue;
        yield {
          path: field.path,
          message: `No ServiceAccount of the mesh matches ${text}; the rule never matches by it.`,
        };
        continue;
      }
      if (domain !== undefined && !known.has(domain)) continue;
      const home = namespace ?? "";
      // Where nothing of a namespace is known, as in files, its accounts are not either.
      if (namespace !== undefined && !hasServiceAccounts(mesh, home)) continue;
      if (account !== undefined && isServiceAccount(mesh, home, account)) continue;
      // What runs in another cluster of the mesh may ask too.
      if (clustersWithAccount(mesh, home, account).length > 0) continue;
      yield {
        path: field.path,
        message:
          namespace === undefined
            ? `${text} is no principal; the rule never matches by it.`
            : `No workload of ${namespace} runs as ${account ?? "it"}; the rule never matches by ${text}.`,
        fixes: () =>
          nearestNames(account ?? "", serviceAccounts(mesh, home)).map((name) => ({
            title: `Use ${name}`,
            edits: [{ op: "set", path: field.path, value: `${domain}/ns/${namespace}/sa/${name}` }],
          })),
      };
    }
  },
});

/** istiod takes a star at the beginning or the end. */
const matches = (pattern: string, text: string): boolean =>
  pattern === "*" ||
  (pattern.startsWith("*") && text.endsWith(pattern.slice(1))) ||
  (pattern.endsWith("*") && text.startsWith(pattern.slice(0, -1)));
