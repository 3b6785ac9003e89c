import { KINDS, type KindInfo } from "@/lib/istio/kinds";
import { CORE_COLUMNS } from "./core-columns";
import { customColumns } from "./custom-columns";
import { CORE_SCHEMAS } from "./schemas/core-schemas";
import type { ResourceType, ServedVersion } from "./resource-type";
import { qualified } from "./status-error";

interface Traits {
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly singular?: string;
  readonly status?: boolean;
  readonly scale?: boolean;
}

const TRAITS: Readonly<Record<string, Traits>> = {
  Namespace: { shortNames: ["ns"], status: true },
  Node: { shortNames: ["no"], status: true },
  Service: { shortNames: ["svc"], categories: ["all"], status: true },
  Pod: { shortNames: ["po"], categories: ["all"], status: true },
  ServiceAccount: { shortNames: ["sa"] },
  ConfigMap: { shortNames: ["cm"] },
  Endpoints: { shortNames: ["ep"], singular: "endpoints" },
  Event: { shortNames: ["ev"] },
  Deployment: { shortNames: ["deploy"], categories: ["all"], status: true, scale: true },
  ReplicaSet: { shortNames: ["rs"], categories: ["all"], status: true, scale: true },
  CustomResourceDefinition: {
    shortNames: ["crd", "crds"],
    categories: ["api-extensions"],
    status: true,
  },
};

type BuiltinKind = Pick<KindInfo, "kind" | "group" | "versions" | "plural" | "namespaced">;

const rbac = (kind: string, namespaced: boolean): BuiltinKind => ({
  kind,
  group: "rbac.authorization.k8s.io",
  versions: ["v1"],
  plural: `${kind.toLowerCase()}s`,
  namespaced,
});

/** Kinds that the API server itself goes by, and the product never reads. */
const SERVER_KINDS: readonly BuiltinKind[] = [
  rbac("Role", true),
  rbac("RoleBinding", true),
  rbac("ClusterRole", false),
  rbac("ClusterRoleBinding", false),
];

/** The kinds that the API server knows without a CustomResourceDefinition. */
export const BUILTIN_TYPES: readonly ResourceType[] = [
  ...KINDS.filter((kind) => kind.family === "core"),
  ...SERVER_KINDS,
].map(builtin);

function builtin(kind: BuiltinKind): ResourceType {
  const traits = TRAITS[kind.kind] ?? {};
  const version = (name: string): ServedVersion => ({
    name,
    schema: CORE_SCHEMAS[kind.kind],
    columns: CORE_COLUMNS[kind.kind] ?? customColumns(undefined),
    status: traits.status ?? false,
    scale: traits.scale ?? false,
  });
  const [first, ...rest] = kind.versions;
  return {
    key: qualified(kind),
    group: kind.group,
    kind: kind.kind,
    listKind: `${kind.kind}List`,
    plural: kind.plural,
    singular: traits.singular ?? kind.kind.toLowerCase(),
    shortNames: traits.shortNames ?? [],
    categories: traits.categories ?? [],
    namespaced: kind.namespaced,
    versions: [version(first), ...rest.map(version)],
    custom: false,
  };
}
