import type { MeshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import { Field } from "../field";
import { knownRegistries, registryUses } from "../facts/mesh-networks";
import { rule } from "../rules/mesh-networks-registry-unknown";
import type { IstioctlFinding } from "./istioctl-finding";

/** What istioctl says of a MeshNetworks, which is an object of its own there and in no file. */
export function unknownRegistries(text: string | undefined, mesh: MeshView): IstioctlFinding[] {
  const value = text === undefined ? undefined : parseYaml(text).documents[0]?.value;
  const known = knownRegistries(mesh);
  return registryUses(new Field(value))
    .filter(({ registry }) => !known.has(registry))
    .map(({ registry, network }) => ({
      rule: rule.id,
      code: rule.code,
      level: rule.level,
      kind: "MeshNetworks",
      namespace: "istio-system",
      name: "meshnetworks",
      message: `Unknown service registry ${registry} in network ${network}`,
      path: "",
      file: undefined,
      line: undefined,
    }));
}
