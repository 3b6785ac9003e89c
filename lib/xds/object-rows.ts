import { compareText } from "@/lib/base/compare-text";
import type { ObjectRef } from "@/lib/istio/kinds";
import { type ConfigDump, dumpedListeners } from "./config-dump";
import { type ClusterRow, clusterRows } from "./cluster-rows";
import { type ListenerRow, listenerRows } from "./listener-rows";
import { type RouteRow, routeRows } from "./route-rows";
import { textField } from "./field";

/** One Istio object with the resources of a proxy that it made. */
export interface ObjectRow {
  readonly object: ObjectRef;
  /** Names of listeners, of those whose chains it made or guards. */
  readonly listeners: readonly string[];
  /** Names of route configurations with routes that it made. */
  readonly routes: readonly string[];
  readonly clusters: readonly string[];
}

/** The rows of a dump; who has made them already need not have them made again. */
interface ResourceRows {
  readonly listeners: readonly ListenerRow[];
  readonly routes: readonly RouteRow[];
  readonly clusters: readonly ClusterRow[];
}

/** `ns[shop]-policy[deny-all]-rule[0]`: how istiod names the rules of a policy in RBAC filters. */
const POLICY = /ns\[([^\]]+)\]-policy\[([^\]]+)\]-rule\[/g;
/** `https.443.https-web.edge.istio-system`: routes of a server that ends TLS carry their Gateway. */
const GATEWAY = /^https\.\d+\.[^.]*\.([^.]+)\.([^.]+)/;

/**
 * From objects to resources: what a proxy holds of each Istio object. Source of the marks: istiod's
 * metadata `istio.config`, its names of policies in RBAC filters and of a gateway's routes. An
 * EnvoyFilter leaves none, nor does a Gateway on plain HTTP.
 */
export function objectRows(
  dump: ConfigDump,
  { listeners, routes, clusters }: ResourceRows = {
    listeners: listenerRows(dump),
    routes: routeRows(dump),
    clusters: clusterRows(dump),
  },
): readonly ObjectRow[] {
  const found = new Map<string, { object: ObjectRef } & Record<Part, Set<string>>>();
  const note = (object: ObjectRef | undefined, part: Part, name: string): void => {
    if (!object) return;
    const key = `${object.kind}/${object.namespace}/${object.name}`;
    const known = found.get(key) ?? {
      object,
      listeners: new Set<string>(),
      routes: new Set<string>(),
      clusters: new Set<string>(),
    };
    known[part].add(name);
    found.set(key, known);
  };
  for (const { object, listener } of listeners) note(object, "listeners", listener);
  for (const { object, name } of routes) {
    note(object, "routes", name);
    const [, gateway, namespace] = GATEWAY.exec(name) ?? [];
    if (gateway && namespace) note({ kind: "Gateway", namespace, name: gateway }, "routes", name);
  }
  for (const { object, name } of clusters) note(object, "clusters", name);
  for (const { resource } of dumpedListeners(dump)) {
    for (const [, namespace = "", name = ""] of JSON.stringify(resource).matchAll(POLICY)) {
      const policy = { kind: "AuthorizationPolicy", namespace, name } as const;
      note(policy, "listeners", textField(resource, "name"));
    }
  }
  return [...found]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { object, listeners, routes, clusters }]) => ({
      object,
      listeners: [...listeners],
      routes: [...routes],
      clusters: [...clusters],
    }));
}

type Part = "listeners" | "routes" | "clusters";
