import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

/**
 * The subsets that DestinationRules define, by service and name. istioctl takes no notice of
 * exportTo, nor of wildcards. Reads DestinationRule. Source: virtualservice/destinationrules.go.
 */
export function definedSubsets(mesh: MeshView): ReadonlySet<string> {
  const keys = mesh.list("DestinationRule").flatMap((rule) => {
    const spec = new Field(rule).at("spec");
    const host = spec.at("host").text ?? "";
    return spec
      .at("subsets")
      .items()
      .map((subset) =>
        subsetKey(host, rule.metadata.namespace ?? "", subset.at("name").text ?? ""),
      );
  });
  return new Set(keys);
}

/** The key of a subset of a host that an object of `namespace` names. */
export function subsetKey(host: string, namespace: string, subset: string): string {
  const [, name = host, owner = namespace] = FQDN.exec(host) ?? [];
  return JSON.stringify([owner, name, subset]);
}

const FQDN = /^(.+)\.(.+)\.svc\.cluster\.local$/;
