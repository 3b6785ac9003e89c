import { coveringKeys, hostKey, isSubsetOfHost, resolveHost } from "@/lib/istio/host";
import { isVisibleTo, visibilityOf } from "@/lib/istio/visibility";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

/** The subsets that one DestinationRule defines. */
export interface SubsetSource {
  readonly host: string;
  readonly namespace: string;
  readonly name: string;
  readonly exportTo: readonly string[];
  readonly subsets: readonly string[];
}

/** Where subsets are defined, by host. */
export interface SubsetIndex {
  /** The DestinationRules for `host` that clients of `namespace` see, the most specific first. */
  of(host: string, namespace: string): readonly SubsetSource[];
}

/** Reads DestinationRule and ConfigMap. */
export const subsetIndex = (mesh: MeshView): SubsetIndex => ({
  of(host, namespace) {
    const { defaultDestinationRuleExportTo } = mesh.derive(meshConfig);
    return [...coveringKeys(host)].flatMap((key) =>
      mesh.lookup(BY_HOST, key).filter((source) => {
        const { exportTo, namespace: home } = source;
        const visibility = visibilityOf(exportTo, home, defaultDestinationRuleExportTo);
        return isSubsetOfHost(host, source.host) && isVisibleTo(visibility, namespace);
      }),
    );
  },
});

const BY_HOST: MeshIndex<SubsetSource> = {
  kinds: ["DestinationRule"],
  *entries(object) {
    const { name, namespace = "" } = object.metadata;
    const spec = new Field(object).at("spec");
    const written = spec.at("host").text;
    if (written === undefined) return;
    const host = resolveHost(written, namespace);
    const subsets = spec
      .at("subsets")
      .items()
      .flatMap((subset) => subset.at("name").text ?? []);
    const exportTo = spec.at("exportTo").texts();
    yield [hostKey(host), { host, namespace, name, exportTo, subsets }];
  },
};
