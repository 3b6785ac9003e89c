import { hostMatches, resolveHost } from "@/lib/istio/host";
import { isVisibleTo, type Visibility, visibilityOf } from "@/lib/istio/visibility";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

/** The subsets that one DestinationRule defines. */
export interface SubsetSource {
  readonly host: string;
  readonly namespace: string;
  readonly name: string;
  readonly visibility: Visibility;
  readonly subsets: readonly string[];
}

/** Where subsets are defined, by host. */
export class SubsetIndex {
  private readonly byHost = new Map<string, SubsetSource[]>();
  private readonly wildcards: SubsetSource[] = [];

  constructor(sources: Iterable<SubsetSource>) {
    for (const source of sources) {
      if (source.host.startsWith("*")) this.wildcards.push(source);
      else this.byHost.set(source.host, [...(this.byHost.get(source.host) ?? []), source]);
    }
  }

  /** The DestinationRules for `host` that clients of `namespace` see. */
  of(host: string, namespace: string): readonly SubsetSource[] {
    return [
      ...(this.byHost.get(host) ?? []),
      ...this.wildcards.filter((source) => hostMatches(source.host, host)),
    ].filter(({ visibility }) => isVisibleTo(visibility, namespace));
  }
}

/** Reads DestinationRule and ConfigMap. */
export function subsetIndex(mesh: MeshView): SubsetIndex {
  const { defaultDestinationRuleExportTo } = mesh.derive(meshConfig);
  return new SubsetIndex(
    mesh.list("DestinationRule").flatMap((object): SubsetSource[] => {
      const { name, namespace = "" } = object.metadata;
      const spec = new Field(object).at("spec");
      const host = spec.at("host").text;
      if (host === undefined) return [];
      const subsets = spec
        .at("subsets")
        .items()
        .flatMap((subset) => subset.at("name").text ?? []);
      const visibility = visibilityOf(
        spec.at("exportTo").texts(),
        namespace,
        defaultDestinationRuleExportTo,
      );
      return [{ host: resolveHost(host, namespace), namespace, name, visibility, subsets }];
    }),
  );
}
