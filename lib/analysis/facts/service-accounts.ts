import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

/** What `serviceAccounts` reads. */
export const ACCOUNT_KINDS = ["ServiceAccount", "Pod", "Deployment", "WorkloadEntry"] as const;

/** The ServiceAccounts of a namespace: those that exist and those that workloads run as. */
export const serviceAccounts = (mesh: MeshView, namespace: string): ReadonlySet<string> =>
  new Set(mesh.lookup(ACCOUNTS, `in ${namespace}`));

/** Whether a namespace has any of these. */
export const hasServiceAccounts = (mesh: MeshView, namespace: string): boolean =>
  mesh.lookup(ACCOUNTS, `in ${namespace}`).length > 0;

/** Whether one of these is called so: many ask for one of many. */
export const isServiceAccount = (mesh: MeshView, namespace: string, name: string): boolean =>
  mesh.lookup(BY_IDENTITY, `ns/${namespace}/sa/${name}`).length > 0;

/** Every one of the mesh, as `ns/<namespace>/sa/<name>`. */
export const allServiceAccounts = (mesh: MeshView): ReadonlySet<string> =>
  new Set(mesh.keys(BY_IDENTITY));

/** The other clusters of the mesh in which one of these is called so, in order. */
export const clustersWithAccount = (
  { clusters }: MeshView,
  namespace: string,
  name: string | undefined,
): readonly string[] =>
  name === undefined
    ? []
    : [...(clusters?.others ?? [])]
        .filter(([, view]) => isServiceAccount(view, namespace, name))
        .map(([cluster]) => cluster)
        .sort();

const accountOf = (kind: string, fields: Field): string | undefined => {
  switch (kind) {
    case "ServiceAccount":
      return fields.at("metadata", "name").text;
    case "Pod":
      return fields.at("spec", "serviceAccountName").text ?? "default";
    case "Deployment":
      return fields.at("spec", "template", "spec", "serviceAccountName").text ?? "default";
    default:
      return fields.at("spec", "serviceAccount").text;
  }
};

const ACCOUNTS: MeshIndex<string> = {
  kinds: ACCOUNT_KINDS,
  *entries(object, kind) {
    const account = accountOf(kind, new Field(object));
    if (account) yield [`in ${object.metadata.namespace ?? ""}`, account];
  },
};

const BY_IDENTITY: MeshIndex<true> = {
  kinds: ACCOUNT_KINDS,
  *entries(object, kind) {
    const account = accountOf(kind, new Field(object));
    if (account) yield [`ns/${object.metadata.namespace ?? ""}/sa/${account}`, true];
  },
};
