import { isHttp } from "@/lib/istio/protocol";
import type { MeshView } from "@/lib/mesh/view";
import type { ProxyPod } from "../proxy-pod";
import { type ProxyScope, proxyScope } from "../proxy-scope";
import { discoveredFilters } from "./extensions";
import {
  fetchedRoutes,
  httpManager,
  type Json,
  outboundName,
  socket,
  tcpProxy,
  typed,
  typeOf,
} from "./parts";

const HTTP_INSPECTOR = typed(
  "envoy.filters.listener.http_inspector",
  "extensions.filters.listener.http_inspector.v3.HttpInspector",
);

/** How Envoy tells plain HTTP apart from all else. */
const PLAIN_HTTP: Json = {
  transport_protocol: "raw_buffer",
  application_protocols: ["http/1.1", "h2c"],
};

/** The outbound listeners of a sidecar: the catch-all, and one for each port or address. */
export function outboundListeners(pod: ProxyPod, mesh: MeshView): readonly Json[] {
  const scope = proxyScope(pod, mesh);
  const fetched = discoveredFilters(pod, mesh, "SIDECAR_OUTBOUND");
  const manager = (prefix: string, routes: string): Json =>
    httpManager(prefix, fetchedRoutes(routes), fetched, pod);
  const byName = new Map<string, Json>();
  const add = (listener: Json): void => {
    const name = String(listener["name"]);
    if (!byName.has(name)) byName.set(name, listener);
  };
  for (const service of scope.services) {
    for (const port of service.ports) {
      const address = service.addresses[0];
      if (port.protocol === "UDP") continue;
      if (isHttp(port.protocol)) add(httpListener(port.number, scope, manager));
      else if (port.protocol === "Auto" && address) {
        add(sniffedListener({ address, port: port.number, host: service.host }, manager));
      } else {
        const cluster = outboundName(port.number, "", service.host);
        add(tcpListener(address ?? "0.0.0.0", port.number, cluster));
      }
    }
  }
  return [virtualOutbound(scope), ...byName.values()];
}

const listener = (address: string, port: number, fields: Json): Json => ({
  ...typeOf("config.listener.v3.Listener"),
  name: `${address}_${port}`,
  address: socket(address, port),
  ...fields,
  traffic_direction: "OUTBOUND",
  bind_to_port: false,
});

const fallbackCluster = ({ outbound }: ProxyScope): string =>
  outbound === "ALLOW_ANY" ? "PassthroughCluster" : "BlackHoleCluster";

/** Makes the filter of HTTP of a listener: its prefix of statistics, and the name of its routes. */
type Manager = (prefix: string, routes: string) => Json;

const httpListener = (port: number, scope: ProxyScope, manager: Manager): Json =>
  listener("0.0.0.0", port, {
    filter_chains: [
      {
        filter_chain_match: PLAIN_HTTP,
        filters: [manager(`outbound_0.0.0.0_${port};`, String(port))],
      },
    ],
    listener_filters: [HTTP_INSPECTOR],
    listener_filters_timeout: "0s",
    continue_on_listener_filters_timeout: true,
    default_filter_chain: {
      filter_chain_match: {},
      filters: [tcpProxy(fallbackCluster(scope))],
      name: "PassthroughFilterChain",
    },
  });

const sniffedListener = (
  {
    address,
    port,
    host,
  }: { readonly address: string; readonly port: number; readonly host: string },
  manager: Manager,
): Json =>
  listener(address, port, {
    filter_chains: [
      {
        filter_chain_match: PLAIN_HTTP,
        filters: [manager(`outbound_${address}_${port};`, `${host}:${port}`)],
      },
    ],
    listener_filters: [HTTP_INSPECTOR],
    default_filter_chain: { filters: [tcpProxy(outboundName(port, "", host))] },
  });

const tcpListener = (address: string, port: number, cluster: string): Json =>
  listener(address, port, { filter_chains: [{ filters: [tcpProxy(cluster)] }] });

const virtualOutbound = (scope: ProxyScope): Json => ({
  ...typeOf("config.listener.v3.Listener"),
  name: "virtualOutbound",
  address: socket("0.0.0.0", 15001),
  filter_chains: [
    {
      filter_chain_match: { destination_port: 15001 },
      filters: [tcpProxy("BlackHoleCluster")],
      name: "virtualOutbound-blackhole",
    },
    { filters: [tcpProxy(fallbackCluster(scope))], name: "virtualOutbound-catchall-tcp" },
  ],
  use_original_dst: true,
  traffic_direction: "OUTBOUND",
});
