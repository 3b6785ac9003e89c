import { principalsOf, trustDomains } from "../facts/principals";
import { ACCOUNT_KINDS, clustersWithAccount, isServiceAccount } from "../facts/service-accounts";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "authorization-principal-elsewhere",
  code: "KIA0107",
  aliases: [],
  level: "Info",
  kinds: ["AuthorizationPolicy"],
  reads: [...ACCOUNT_KINDS, "ConfigMap"],
  title: "An AuthorizationPolicy names a ServiceAccount of another cluster",
  why: "In a mesh of several clusters a client of another cluster may ask with this identity, if the clusters share a root of trust. Nothing in this cluster has it, so a wrong name would look the same.",
  fix: "Nothing, where a client of the other cluster is meant; else correct the namespace or the ServiceAccount.",
  examples: {
    bad: `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/edge/sa/web] } }] }] }`,
    good: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: edge }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/edge/sa/web, cluster.local/ns/edge/sa/none] } }] }] }`,
    otherCluster: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: edge }`,
  },

  *check(subject, mesh) {
    if (!mesh.clusters?.others.size) return;
    for (const { field, domain, namespace, account } of principalsOf(subject)) {
      if (domain === undefined || namespace === undefined || account === undefined) continue;
      if (!trustDomains(mesh).has(domain) || isServiceAccount(mesh, namespace, account)) continue;
      const clusters = clustersWithAccount(mesh, namespace, account);
      if (clusters.length === 0) continue;
      yield {
        path: field.path,
        message: `ServiceAccount ${namespace}/${account} is not in this cluster; it is in ${clusters.join(", ")}.`,
      };
    }
  },
});
