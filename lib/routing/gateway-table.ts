import { serverHost } from "@/lib/istio/gateway-ref";
import { hostsOverlap, isSubsetOfHost } from "@/lib/istio/host";
import type { MeshView } from "@/lib/mesh/view";
import { virtualServices } from "@/lib/mesh/virtual-services";
import { compileRoutes } from "./compile-routes";
import type { CompiledRoute, VirtualHost } from "./compiled-route";
import { sourcedRoutes } from "./delegates";
import type { BoundServer } from "./gateway-servers";
import type { ProxyIdentity } from "./request";
import { type RouteTable, routeTable } from "./route-table";

/**
 * The routes that a gateway's pod has for the servers of plain HTTP on one of its ports, or for one
 * server that ends TLS: each of those has a table of its own.
 *
 * Unlike in sidecars, VirtualServices of the same host are merged: the routes of the older come
 * first, those that take everything last. Source: istiod's buildGatewayHTTPRouteConfig.
 */
export function gatewayTable(
  mesh: MeshView,
  proxy: ProxyIdentity,
  port: number,
  servers: readonly BoundServer[],
): RouteTable {
  const byHost = new Map<string, { routes: CompiledRoute[]; requireTls: boolean }>();
  for (const bound of servers) {
    const requireTls = bound.server.tls?.httpsRedirect === true;
    const gateways = new Set([bound.ref]);
    const hosts = (bound.server.hosts ?? []).map((entry) =>
      serverHost(entry, bound.gateway.metadata.namespace ?? ""),
    );
    for (const virtualService of mesh.derive(virtualServices).visibleTo(proxy.namespace)) {
      if (!virtualService.gateways.includes(bound.ref)) continue;
      const context = { proxy, port: bound.server.port?.number ?? port, gateways };
      const shared = virtualService.hosts.flatMap((host) =>
        intersections(host, hosts, virtualService.namespace),
      );
      if (shared.length === 0) continue;
      const routes = compileRoutes(sourcedRoutes(mesh, virtualService), context);
      if (routes.length === 0) continue;
      for (const host of new Set(shared)) {
        const known = byHost.get(host);
        if (!known) byHost.set(host, { routes: [...routes], requireTls });
        else {
          const fresh = routes.filter((route) => !known.routes.some((old) => same(old, route)));
          known.routes.push(...fresh);
          known.requireTls ||= requireTls;
        }
      }
    }
    if (requireTls) {
      // istiod takes an entry with a namespace for a host as it stands: no request ever matches it.
      for (const entry of (bound.server.hosts ?? []).map((host) => host.replace(/^\*\//, ""))) {
        const known = byHost.get(entry);
        if (known) known.requireTls = true;
        else if (!entry.includes("/")) byHost.set(entry, { routes: [], requireTls });
      }
    }
  }
  const hosts = [...byHost].map(([host, { routes, requireTls }]): VirtualHost => ({
    name: `${host}:${servers[0]?.server.port?.number ?? port}`,
    domains: [host],
    routes: [
      ...routes.filter((route) => !route.catchAll),
      ...routes.filter((route) => route.catchAll),
    ],
    requireTls,
  }));
  return routeTable(tableName(port, servers), hosts, "not_found");
}

/** Istio's name: of plain HTTP by the port, of TLS by the server. */
function tableName(port: number, [bound]: readonly BoundServer[]): string {
  const { number = port, name = "", protocol = "" } = bound?.server.port ?? {};
  if (!bound || protocol.toUpperCase() !== "HTTPS") return `http.${port}`;
  return `https.${number}.${name}.${bound.ref.split("/").reverse().join(".")}`;
}

const same = (a: CompiledRoute, b: CompiledRoute): boolean =>
  a.object === b.object && a.matchPath === b.matchPath;

/** The names that a VirtualService's host and a server's hosts have in common: the narrower of each two. */
function intersections(
  host: string,
  hosts: readonly { readonly namespace: string; readonly host: string }[],
  namespace: string,
): string[] {
  return hosts
    .filter((server) => server.namespace === "*" || server.namespace === namespace)
    .filter((server) => hostsOverlap(host, server.host))
    .map((server) => (isSubsetOfHost(host, server.host) ? host : server.host));
}
