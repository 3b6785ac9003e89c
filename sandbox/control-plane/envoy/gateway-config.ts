import { groupBy } from "@/lib/base/group-by";
import { gatewaySpec, type Server } from "@/lib/istio/gateway";
import { serverHost } from "@/lib/istio/gateway-ref";
import { hostsOverlap, isSubsetOfHost } from "@/lib/istio/host";
import { isHttp, protocolOfName } from "@/lib/istio/protocol";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { serviceSpec } from "@/lib/k8s/service";
import { gatewaysOf } from "@/lib/mesh/gateways";
import { virtualServices } from "@/lib/mesh/virtual-services";
import type { MeshView } from "@/lib/mesh/view";
import type { ProxyPod } from "../proxy-pod";
import { discoveredFilters } from "./extensions";
import { httpRoutes } from "./http-routes";
import { fetchedRoutes, httpManager, type Json, socket, typed, typeOf } from "./parts";

interface GatewayServer {
  readonly gateway: KubeObject;
  readonly server: Server;
  /** As the Gateway names it. */
  readonly port: number;
  /** Where the pod listens, after the Service's translation. */
  readonly targetPort: number;
  readonly routeName: string;
  /** HTTPS that ends here; plain HTTP otherwise. */
  readonly tls: boolean;
}

/** The servers of all Gateways of the pod that speak HTTP here. */
function httpServers(pod: ProxyPod, mesh: MeshView): readonly GatewayServer[] {
  return gatewaysOf(mesh, pod).flatMap((gateway) =>
    (gatewaySpec(gateway).servers ?? []).flatMap((server) => {
      const { number = 0, protocol = "", name = "" } = server.port ?? {};
      const known = protocolOfName(protocol);
      const tls =
        known === "HTTPS" && !["PASSTHROUGH", "AUTO_PASSTHROUGH"].includes(server.tls?.mode ?? "");
      if (!known || (!isHttp(known) && !tls)) return [];
      const targetPort = targetPortOf(pod, mesh, number);
      const { name: gatewayName, namespace = "" } = gateway.metadata;
      return [
        {
          gateway,
          server,
          port: number,
          targetPort,
          tls,
          routeName: tls
            ? `https.${number}.${name}.${gatewayName}.${namespace}`
            : `http.${targetPort}`,
        },
      ];
    }),
  );
}

/** The port of the pod to which its Service leads; the same where no Service has it. */
function targetPortOf(pod: ProxyPod, mesh: MeshView, port: number): number {
  for (const service of mesh.list("Service")) {
    const spec = serviceSpec(service);
    if (service.metadata.namespace !== pod.namespace || !spec.selector) continue;
    if (!hasLabels(pod.labels, spec.selector)) continue;
    const found = spec.ports?.find((each) => each.port === port)?.targetPort;
    if (typeof found === "number") return found;
  }
  return port;
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;

/** The route configurations of a gateway: one for each plain port, one for each HTTPS server. */
export function gatewayRoutes(pod: ProxyPod, mesh: MeshView): readonly Json[] {
  const byName = groupBy(httpServers(pod, mesh), ({ routeName }) => routeName);
  return [...byName].map(([name, servers]) => ({
    ...typeOf("config.route.v3.RouteConfiguration"),
    name,
    virtual_hosts: virtualHosts(pod, mesh, servers),
    validate_clusters: false,
    max_direct_response_body_size_bytes: 1_048_576,
    ignore_port_in_host_matching: true,
  }));
}

function virtualHosts(pod: ProxyPod, mesh: MeshView, servers: readonly GatewayServer[]): Json[] {
  const byHost = new Map<string, { readonly port: number; routes: Json[] }>();
  for (const service of mesh.derive(virtualServices).visibleTo(pod.namespace)) {
    for (const { gateway, server, port } of servers) {
      const key = keyOf(gateway);
      if (!service.gateways.includes(key) || !service.spec.http?.length) continue;
      for (const host of sharedHosts(service.hosts, service.namespace, server, gateway)) {
        const routes = httpRoutes(service, { pod, mesh, gateways: [key], port });
        const known = byHost.get(host);
        if (known) known.routes.push(...routes);
        else byHost.set(host, { port, routes: [...routes] });
      }
    }
  }
  if (byHost.size === 0) {
    const port = servers[0]?.port ?? 0;
    return [{ name: `blackhole:${port}`, domains: ["*"] }];
  }
  return [...byHost].map(([host, { port, routes }]) => ({
    name: `${host}:${port}`,
    domains: [host],
    routes,
    include_request_attempt_count: true,
  }));
}

/** The names that a VirtualService and a server have in common, the narrower of each pair. */
function sharedHosts(
  hosts: readonly string[],
  namespace: string,
  server: Server,
  gateway: KubeObject,
): readonly string[] {
  const shared = new Set<string>();
  for (const entry of server.hosts ?? []) {
    const served = serverHost(entry, gateway.metadata.namespace ?? "");
    if (served.namespace !== "*" && served.namespace !== namespace) continue;
    for (const host of hosts) {
      if (!hostsOverlap(host, served.host)) continue;
      shared.add(isSubsetOfHost(host, served.host) ? host : served.host);
    }
  }
  return [...shared];
}

/** The listeners of a gateway, by the ports of its servers. */
export function gatewayListeners(pod: ProxyPod, mesh: MeshView): readonly Json[] {
  const byPort = groupBy(httpServers(pod, mesh), ({ targetPort }) => targetPort);
  const fetched = discoveredFilters(pod, mesh, "GATEWAY");
  return [...byPort]
    .sort(([a], [b]) => a - b)
    .map(([port, servers]) => {
      const plain = servers.filter(({ tls }) => !tls).slice(0, 1);
      const secure = servers.filter(({ tls }) => tls);
      return {
        ...typeOf("config.listener.v3.Listener"),
        name: `0.0.0.0_${port}`,
        address: socket("0.0.0.0", port),
        filter_chains: [...plain, ...secure].map((server) => {
          const routes = fetchedRoutes(server.routeName);
          return filterChain(
            server,
            httpManager(`outbound_0.0.0.0_${port};`, routes, fetched, pod),
          );
        }),
        ...(secure.length > 0
          ? {
              listener_filters: [
                typed(
                  "envoy.filters.listener.tls_inspector",
                  "extensions.filters.listener.tls_inspector.v3.TlsInspector",
                ),
              ],
            }
          : {}),
        traffic_direction: "OUTBOUND",
      };
    });
}

function filterChain({ server, tls }: GatewayServer, manager: Json): Json {
  const hosts = (server.hosts ?? []).map((host) => serverHost(host, "").host);
  const filters = [manager];
  if (!tls) return { filters };
  const name = server.tls?.credentialName;
  return {
    filter_chain_match: hosts.includes("*") ? {} : { server_names: hosts },
    filters,
    transport_socket: typed(
      "envoy.transport_sockets.tls",
      "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
      {
        common_tls_context: {
          alpn_protocols: ["h2", "http/1.1"],
          ...(name
            ? { tls_certificate_sds_secret_configs: [{ name: `kubernetes://${name}` }] }
            : {}),
        },
        require_client_certificate: server.tls?.mode === "MUTUAL",
      },
    ),
  };
}
