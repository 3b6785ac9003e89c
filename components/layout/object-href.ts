import { CONFIG_KINDS, type ObjectRef } from "@/lib/istio/kinds";

/** Where an object is looked at: configuration in the editor, services in the topology. */
export function objectHref({ kind, namespace, name }: ObjectRef): string {
  if (CONFIG_KINDS.includes(kind)) {
    return `/config/${kind}/${encodeURIComponent(namespace || "-")}/${encodeURIComponent(name)}`;
  }
  return topologyHref(`${namespace}/${name}`);
}

/** The topology with one node, version or edge selected. */
export const topologyHref = (id: string): string => `/topology?select=${encodeURIComponent(id)}`;

/** The proxies page with one proxy opened. */
export const proxyHref = (proxy: { namespace: string; name: string }): string =>
  `/proxies?proxy=${encodeURIComponent(`${proxy.namespace}/${proxy.name}`)}`;

/** One rollout. */
export const rolloutHref = (rollout: { namespace: string; name: string }): string =>
  `/rollouts/${encodeURIComponent(rollout.namespace)}/${encodeURIComponent(rollout.name)}`;
