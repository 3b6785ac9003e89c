import { resolveGateway, serverHost } from "@/lib/istio/gateway-ref";
import { gatewaySpec, type Server } from "@/lib/istio/gateway";
import { hostsOverlap, isSubsetOfHost } from "@/lib/istio/host";
import { protocolOfName, isHttp } from "@/lib/istio/protocol";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { podSpec } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import { gatewaysOf } from "@/lib/mesh/gateways";
import type { MeshView } from "@/lib/mesh/view";
import { virtualServices } from "@/lib/mesh/virtual-services";
import { compileRoutes } from "./compile-routes";
import type { CompiledRoute, VirtualHost } from "./compiled-route";
import { sourcedRoutes } from "./delegates";
import type { ProxyIdentity } from "./request";
import { type RouteTable, routeTable } from "./route-table";

/** One server of a gateway that listens on the port in question. */
interface BoundServer {
  readonly gateway: KubeObject;
  readonly server: Server;
  /** `namespace/name` of the gateway. */
  readonly ref: string;
}

/**
 * The routes that a gateway's pod has for plain HTTP on one of its own ports; undefined where no
 * server of a Gateway listens there. TLS servers have tables of their own and are not among them.
 *
 * Unlike in sidecars, VirtualServices of the same host are merged: the routes of the older come
 * first, those that take everything last. Source: istiod's buildGatewayHTTPRouteConfig.
 */
export function gatewayTable(
  mesh: MeshView,
  proxy: ProxyIdentity,
  port: number,
): RouteTable | undefined {
  const servers = httpServersOn(mesh, proxy, port);
  if (servers.length === 0) return undefined;
  const byHost = new Map<string, { routes: CompiledRoute[]; requireTls: boolean }>();
  const gateways = new Set(servers.map(({ ref }) => ref));
  for (const bound of servers) {
    const requireTls = bound.server.tls?.httpsRedirect === true;
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
    name: `${host}:${port}`,
    domains: [host],
    routes: [
      ...routes.filter((route) => !route.catchAll),
      ...routes.filter((route) => route.catchAll),
    ],
    requireTls,
  }));
  return routeTable(`http.${port}`, hosts, "not_found");
}

const same = (a: CompiledRoute, b: CompiledRoute): boolean =>
  a.object === b.object && a.matchPath === b.matchPath;

/** The plain HTTP servers whose port the gateway's Service maps to `port`. */
function httpServersOn(mesh: MeshView, proxy: ProxyIdentity, port: number): BoundServer[] {
  return gatewaysOf(mesh, proxy).flatMap((gateway) => {
    const { name, namespace = "" } = gateway.metadata;
    return (gatewaySpec(gateway).servers ?? [])
      .filter((server) => {
        const protocol = protocolOfName(server.port?.protocol ?? "");
        return (
          protocol !== undefined &&
          isHttp(protocol) &&
          targetPort(mesh, proxy, server.port?.number ?? 0) === port
        );
      })
      .map((server) => ({ gateway, server, ref: resolveGateway(name, namespace) }));
  });
}

/** The port of the pod that a server's port means, by the first Service that selects the pod. */
function targetPort(mesh: MeshView, proxy: ProxyIdentity, port: number): number {
  for (const service of mesh.list("Service")) {
    if (service.metadata.namespace !== proxy.namespace) continue;
    const { selector, ports } = serviceSpec(service);
    if (!selector || !hasLabels(proxy.labels, selector)) continue;
    const found = (ports ?? []).find((candidate) => candidate.port === port);
    if (!found) continue;
    const target = found.targetPort || port;
    return typeof target === "number" ? target : (namedPort(mesh, proxy, target) ?? port);
  }
  return port;
}

function namedPort(mesh: MeshView, proxy: ProxyIdentity, name: string): number | undefined {
  const pod = mesh.get("Pod", proxy.namespace, proxy.pod);
  return (pod ? (podSpec(pod).containers ?? []) : [])
    .flatMap((container) => container.ports ?? [])
    .find((port) => port.name === name)?.containerPort;
}

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
