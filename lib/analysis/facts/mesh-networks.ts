import type { MeshView } from "@/lib/mesh/view";
import type { FieldPath } from "@/lib/yaml/field-path";
import { Field } from "../field";
import { labelsOf } from "./pods";

/** A place of a MeshNetworks that names a registry. */
export interface RegistryUse {
  readonly network: string;
  readonly registry: string;
  readonly path: FieldPath;
}

const BUILT_IN = ["Mock", "Kubernetes", "External"];

/** The registries that there are: Istio's own, and a cluster for each key of a remote secret. Reads Secret. */
export function knownRegistries(mesh: MeshView): ReadonlySet<string> {
  const clusters = mesh
    .list("Secret")
    .filter((secret) => labelsOf(secret)["istio/multiCluster"] === "true")
    .flatMap((secret) => new Field(secret).at("data").entries())
    .map(([cluster]) => cluster);
  return new Set([...BUILT_IN, ...clusters]);
}

/** Every registry that a MeshNetworks names. */
export const registryUses = (networks: Field): readonly RegistryUse[] =>
  networks
    .at("networks")
    .entries()
    .flatMap(([network, field]) =>
      field
        .at("endpoints")
        .items()
        .map((endpoint) => endpoint.at("fromRegistry"))
        .flatMap(({ text, path }) =>
          text === undefined ? [] : [{ network, registry: text, path }],
        ),
    );
