import { nearestNames } from "../nearest";
import { ACCOUNT_KINDS, serviceAccounts } from "../facts/service-accounts";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "workload-group-account-unknown",
  code: "KIA1701",
  aliases: [],
  level: "Warning",
  kinds: ["WorkloadGroup"],
  reads: ACCOUNT_KINDS,
  title: "A WorkloadGroup names a ServiceAccount that does not exist",
  why: "Its machines fetch a token of the account to join the mesh. Without the account they get no certificate and stay outside.",
  fix: "Create the ServiceAccount in the namespace of the group, or correct its name.",
  examples: {
    bad: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: vm, namespace: shop }
spec: { template: { serviceAccount: vm } }`,
    good: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: vm, namespace: shop }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: vm, namespace: shop }
spec: { template: { serviceAccount: vm } }`,
  },

  *check({ fields, namespace }, mesh) {
    const field = fields.at("spec", "template", "serviceAccount");
    const known = serviceAccounts(mesh, namespace);
    // Where nothing of a namespace is known, as in files, its accounts are not either.
    const { text } = field;
    if (text === undefined || known.size === 0 || known.has(text)) return;
    yield {
      path: field.path,
      message: `There is no ServiceAccount ${text} in ${namespace}; machines of this group cannot join the mesh.`,
      fixes: () =>
        nearestNames(text, known).map((value) => ({
          title: `Use ${value}`,
          edits: [{ op: "set", path: field.path, value }],
        })),
    };
  },
});
