import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "@/lib/mesh/kept-fact";
import type { MeshView } from "@/lib/mesh/view";
import { list, record, stringMap } from "./raw-fields";
import { selectorKey } from "./selectors";

/** Hosts that ServiceEntries declare, with the entry that does. Use it with `mesh.derive`. */
export function externalHosts(mesh: MeshView): ReadonlyMap<string, KubeObject> {
  const hosts = new Map<string, KubeObject>();
  for (const entry of mesh.list("ServiceEntry")) {
    for (const host of hostsOf(entry)) {
      if (!hosts.has(host)) hosts.set(host, entry);
    }
  }
  return hosts;
}

/** The labels by which each ServiceEntry selects workloads. Use it with `mesh.derive`. */
export function entrySelectors(mesh: MeshView): readonly {
  readonly namespace: string;
  readonly hosts: readonly string[];
  readonly selector: Readonly<Record<string, string>>;
}[] {
  return mesh.list("ServiceEntry").flatMap((entry) => {
    const selector = stringMap(record(record(entry.spec).workloadSelector).labels);
    if (Object.keys(selector).length === 0) return [];
    return [{ namespace: entry.metadata.namespace ?? "", hosts: hostsOf(entry), selector }];
  });
}

keepFact(externalHosts, { kinds: ["ServiceEntry"], facts: [] });
keepFact(entrySelectors, { kinds: ["ServiceEntry"], facts: [] });

/**
 * The labels by which Istio Gateways select their pods, each set of them once: thousands of Gateways
 * select the same few pods. Use it with `mesh.derive`.
 */
export const gatewaySelectors = (mesh: MeshView) => [
  ...new Map(
    mesh.list("Gateway").map((gateway) => {
      const selector = stringMap(record(gateway.spec).selector);
      return [selectorKey(selector), selector] as const;
    }),
  ).values(),
];

keepFact(gatewaySelectors, { kinds: ["Gateway"], facts: [] });

const hostsOf = (entry: KubeObject): readonly string[] =>
  list(record(entry.spec).hosts).filter((host) => typeof host === "string");
