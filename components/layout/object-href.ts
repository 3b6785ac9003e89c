import { CONFIG_KINDS, type ObjectRef } from "@/lib/istio/kinds";

/** Where an object is looked at: configuration in the editor, services in the topology. */
export function objectHref({ kind, namespace, name }: ObjectRef): string {
  if (CONFIG_KINDS.includes(kind)) {
    return `/config/${kind}/${encodeURIComponent(namespace || "-")}/${encodeURIComponent(name)}`;
  }
  return topologyHref(`${namespace}/${name}`);
}

/** The editor of an object at one of its fields; where objects of its kind are shown if not there. */
export function fieldHref(ref: ObjectRef, path: string): string {
  const href = objectHref(ref);
  if (path === "" || !CONFIG_KINDS.includes(ref.kind)) return href;
  return `${href}?path=${encodeURIComponent(path)}`;
}

/** How an object is named in URLs: `Kind/namespace/name`. */
export const objectId = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind}/${namespace}/${name}`;

/** The findings of some objects. */
export const findingsHref = (refs: readonly ObjectRef[]): string =>
  `/findings?group=object&objects=${encodeURIComponent(refs.map(objectId).join(","))}`;

/** The topology with one node, version or edge selected. */
export const topologyHref = (id: string): string => `/topology?select=${encodeURIComponent(id)}`;

/** The proxies page with one proxy opened. */
export const proxyHref = (proxy: { namespace: string; name: string }): string =>
  `/proxies?proxy=${encodeURIComponent(`${proxy.namespace}/${proxy.name}`)}`;

/** The proxies page with one change followed: who holds it, since `at` (ms since the epoch). */
export const changeHref = (ref: ObjectRef, at: number): string =>
  `/proxies?change=${encodeURIComponent(objectId(ref))}&since=${at}`;

/** What an object made in one proxy. */
export const madeHref = (
  { kind, namespace, name }: ObjectRef,
  proxy: { namespace: string; name: string },
): string =>
  `${proxyHref(proxy)}&tab=objects&find=${encodeURIComponent(`${kind} ${namespace}/${name}`)}`;

/** The routes, chains or clusters that one field of an object made in one proxy. */
export const lineHref = (
  { kind, namespace, name }: ObjectRef,
  { field, tab }: { readonly field: string; readonly tab: string },
  proxy: { namespace: string; name: string },
): string =>
  `${proxyHref(proxy)}&tab=${tab}&find=${encodeURIComponent(`${kind} ${namespace}/${name}`)}` +
  `&line=${encodeURIComponent(field)}`;

/** One rollout. */
export const rolloutHref = (rollout: { namespace: string; name: string }): string =>
  `/rollouts/${encodeURIComponent(rollout.namespace)}/${encodeURIComponent(rollout.name)}`;
