import { destinationRules } from "@/lib/mesh/destination-rules";
import { sidecarScopes } from "@/lib/mesh/sidecar-scope";
import type { MeshView } from "@/lib/mesh/view";
import { virtualServices } from "@/lib/mesh/virtual-services";
import { clusterFor, type Cluster, type MissingCluster } from "./cluster";
import type { CompiledRoute } from "./compiled-route";
import type { HttpRouteDestination } from "@/lib/istio/virtual-service";
import type { BoundServer } from "./gateway-servers";
import { gatewayTable } from "./gateway-table";
import type { ProxyIdentity } from "./request";
import type { RouteTable } from "./route-table";
import { listensForHttp, sidecarTable } from "./sidecar-table";

/** One destination of a route with the cluster that it leads to. */
export interface WeightedCluster {
  readonly cluster: Cluster | MissingCluster;
  readonly weight: number;
  readonly destination: HttpRouteDestination;
  /** `route[1]`, below the route's own path. */
  readonly path: string;
}

/** What proxies are configured with, each piece computed when it is first needed. */
export interface RoutingTables {
  /** The HTTP routes of a sidecar's listener for an address; undefined where it has none. */
  table(proxy: ProxyIdentity, port: number, address: string | undefined): RouteTable | undefined;
  /** The HTTP routes of servers that share a listener of a gateway's port. */
  gateway(proxy: ProxyIdentity, port: number, servers: readonly BoundServer[]): RouteTable;
  /** The destinations of a route that can be chosen: those with a weight, or its only one. */
  destinations(proxy: ProxyIdentity, route: CompiledRoute): readonly WeightedCluster[];
}

/** The routing tables of a mesh. Use with `mesh.derive`. */
export function routingTables(mesh: MeshView): RoutingTables {
  const tables = new Map<string, RouteTable | undefined>();
  const chosen = new WeakMap<CompiledRoute, Map<string, readonly WeightedCluster[]>>();
  return {
    table(proxy, port, address) {
      if (!listensForHttp(mesh.derive(sidecarScopes)(proxy), port, address)) return undefined;
      const key = `${port}/${sharedKey(mesh, proxy)}`;
      if (!tables.has(key)) {
        tables.set(key, sidecarTable(mesh, proxy, port));
      }
      return tables.get(key);
    },
    gateway(proxy, port, servers) {
      const names = servers.map(({ ref, path }) => `${ref}#${path}`).join();
      const key = `${port}/${proxy.key}/${names}`;
      const found = tables.get(key) ?? gatewayTable(mesh, proxy, port, servers);
      tables.set(key, found);
      return found;
    },
    destinations(proxy, route) {
      const known = chosen.get(route) ?? new Map<string, readonly WeightedCluster[]>();
      chosen.set(route, known);
      const key = sharedKey(mesh, proxy);
      const found = known.get(key);
      if (found) return found;
      const list = weightedClusters(mesh, proxy, route);
      known.set(key, list);
      return list;
    },
  };
}

/**
 * Equal for proxies that are configured alike: sidecars of a namespace under one Sidecar are, unless
 * something in the mesh looks at the labels of clients.
 */
function sharedKey(mesh: MeshView, proxy: ProxyIdentity): string {
  if (proxy.type === "router" || mesh.derive(labelsDecide)) return proxy.key;
  const { sidecar } = mesh.derive(sidecarScopes)(proxy);
  const { namespace = "", name = "" } = sidecar?.metadata ?? {};
  return `${proxy.namespace}/${namespace}/${name}`;
}

/** Whether any route or rule goes by the labels of clients. Use with `mesh.derive`. */
const labelsDecide = (mesh: MeshView): boolean =>
  mesh
    .derive(virtualServices)
    .all.some(({ spec }) =>
      spec.http?.some(({ match }) => match?.some((one) => one.sourceLabels !== undefined)),
    ) || mesh.derive(destinationRules).all.some(({ spec }) => spec.workloadSelector !== undefined);

/** A weight counts only beside others: a route's only destination gets all, whatever it says. */
function weightedClusters(
  mesh: MeshView,
  proxy: ProxyIdentity,
  route: CompiledRoute,
): readonly WeightedCluster[] {
  const all = (route.http.route ?? []).map((destination, index) => ({
    destination,
    weight: destination.weight ?? 0,
    path: `route[${index}]`,
    cluster: clusterFor(mesh, proxy, destination.destination ?? {}, {
      namespace: route.namespace,
      port: route.port,
    }),
  }));
  const [only] = all;
  if (all.length === 1 && only) return [{ ...only, weight: 1 }];
  return all.filter(({ weight }) => weight > 0);
}
