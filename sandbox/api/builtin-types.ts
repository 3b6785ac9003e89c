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

/** The kinds that the API server knows without a CustomResourceDefinition. */
export const BUILTIN_TYPES: readonly ResourceType[] = KINDS.filter(
  (kind) => kind.family === "core",
).map(builtin);

function builtin(kind: KindInfo): ResourceType {
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
