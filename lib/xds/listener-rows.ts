import type { ObjectRef } from "@/lib/istio/kinds";
import type { JsonRecord } from "@/lib/k8s/json-value";
import { type ConfigDump, dumpedListeners, type ResourceState } from "./config-dump";
import { fieldAt, listField, numberField, recordField, textField, texts } from "./field";
import { istioObjectOf } from "./istio-object";
import { matchText } from "./route-rows";

/** istioctl's words for what the filters of a listener speak. */
export type ListenerType = "HTTP" | "TCP" | "HTTP+TCP" | "UNKNOWN";

/** One filter chain of one listener: a row of `istioctl proxy-config listeners`. */
export interface ListenerRow {
  /** Name of the listener. */
  readonly listener: string;
  /** Place of the listener among those of the dump: filter chains of one listener share it. */
  readonly index: number;
  readonly type: ListenerType;
  readonly state: ResourceState;
  /** Joined by commas; a path for a pipe, empty for a listener inside the proxy. */
  readonly addresses: string;
  readonly port: number;
  /** istioctl's words: `Trans: tls; Addr: *:9080`, or `ALL`. */
  readonly match: string;
  /** istioctl's words: `Route: 9080`, `Cluster: …`, `Inline Route: …`. */
  readonly destination: string;
  /** Name of the filter chain; empty where it has none. */
  readonly chain: string;
  /** The route configuration or cluster that it leads to, for a link; undefined for neither. */
  readonly leadsTo: { readonly kind: "route" | "cluster"; readonly name: string } | undefined;
  readonly object: ObjectRef | undefined;
  readonly version: string;
  readonly lastUpdated: string;
  /** What Envoy said when it refused a newer version; empty where it did not. */
  readonly error: string;
}

/** What istioctl calls the ALPN lists that it knows. */
const KNOWN_PROTOCOLS: Readonly<Record<string, string>> = {
  "http/1.0,http/1.1,h2c": "HTTP",
  "istio,istio-http/1.0,istio-http/1.1,istio-h2": "Istio HTTP Plain",
  "http/1.0,http/1.1,h2c,istio-http/1.0,istio-http/1.1,istio-h2": "HTTP TLS",
  "istio-peer-exchange,istio": "TCP TLS",
};

/** The filter chains of all listeners as istioctl shows them. */
export const listenerRows = (dump: ConfigDump): readonly ListenerRow[] =>
  dumpedListeners(dump).flatMap(({ resource, state, version, lastUpdated, error }, index) => {
    const { addresses, port } = addressOf(resource);
    const chains = filterChains(resource);
    const type = typeOf(chains);
    return chains.map((chain) => ({
      listener: textField(resource, "name"),
      index,
      type,
      state,
      addresses,
      port,
      match: chainMatch(fieldAt(chain, "filter_chain_match")),
      ...destinationOf(listField(chain, "filters")),
      chain: textField(chain, "name"),
      object: istioObjectOf(chain) ?? istioObjectOf(resource),
      version,
      lastUpdated,
      error,
    }));
  });

/** The filter chains of a listener, the default one last. */
export function filterChains(listener: unknown): readonly unknown[] {
  const fallback = recordField(listener, "default_filter_chain");
  return [...listField(listener, "filter_chains"), ...(fallback ? [fallback] : [])];
}

function addressOf(listener: JsonRecord): { addresses: string; port: number } {
  const first = recordField(listener, "address");
  const socket = recordField(first, "socket_address");
  const more = listField(listener, "additional_addresses").map((entry) =>
    textField(fieldAt(entry, "address", "socket_address"), "address"),
  );
  const own = socket ? textField(socket, "address") : textField(fieldAt(first, "pipe"), "path");
  return { addresses: [own, ...more].join(","), port: numberField(socket, "port_value") ?? 0 };
}

function typeOf(chains: readonly unknown[]): ListenerType {
  const filters = chains.flatMap((chain) => listField(chain, "filters"));
  const http = filters.some((filter) => textField(filter, "name") === HTTP);
  const tcp = filters.some(
    (filter) => textField(filter, "name") === TCP && !isBlackHole(fieldAt(filter, "typed_config")),
  );
  if (http) return tcp ? "HTTP+TCP" : "HTTP";
  return tcp ? "TCP" : "UNKNOWN";
}

function chainMatch(match: unknown): string {
  const parts: string[] = [];
  const names = texts(listField(match, "server_names"));
  if (names.length > 0) parts.push(`SNI: ${names.join(",")}`);
  const transport = textField(match, "transport_protocol");
  if (transport) parts.push(`Trans: ${transport}`);
  const protocols = texts(listField(match, "application_protocols")).join(",");
  if (protocols) parts.push(`App: ${KNOWN_PROTOCOLS[protocols] ?? protocols}`);
  const port = numberField(match, "destination_port");
  const suffix = port === undefined ? "" : `:${port}`;
  const ranges = listField(match, "prefix_ranges").map(
    (range) => `${textField(range, "address_prefix")}/${numberField(range, "prefix_len") ?? 0}`,
  );
  if (ranges.length > 0) parts.push(`Addr: ${ranges.join(",")}${suffix}`);
  else if (suffix) parts.push(`Addr: *${suffix}`);
  return parts.length > 0 ? parts.join("; ") : "ALL";
}

const HTTP = "envoy.filters.network.http_connection_manager";
const TCP = "envoy.filters.network.tcp_proxy";

type Destination = Pick<ListenerRow, "destination" | "leadsTo">;

/** The first filter that decides where to. */
function destinationOf(filters: readonly unknown[]): Destination {
  for (const filter of filters) {
    const config = fieldAt(filter, "typed_config");
    switch (textField(filter, "name")) {
      case HTTP:
        return httpDestination(config);
      case TCP: {
        const tcp = tcpDestination(config);
        if (tcp) return tcp;
        break;
      }
    }
  }
  return { destination: "Non-HTTP/Non-TCP", leadsTo: undefined };
}

function tcpDestination(config: unknown): Destination | undefined {
  return isBlackHole(config) ? undefined : clusterDestination(textField(config, "cluster"));
}

/** istioctl's rule: wherever the name stands in the filter's settings. */
const isBlackHole = (config: unknown): boolean =>
  (JSON.stringify(config) ?? "").includes("BlackHoleCluster");

const clusterDestination = (cluster: string): Destination => ({
  destination: cluster.includes("Cluster") ? cluster : `Cluster: ${cluster}`,
  leadsTo: cluster ? { kind: "cluster", name: cluster } : undefined,
});

function httpDestination(config: unknown): Destination {
  const inline = recordField(config, "route_config");
  if (inline) {
    const only = catchAllCluster(inline);
    if (only) return clusterDestination(only);
    const hosts = listField(inline, "virtual_hosts").map((host) => {
      const domains = texts(listField(host, "domains"));
      const routes = listField(host, "routes")
        .map((route) => matchText(fieldAt(route, "match")))
        .join(", ");
      const named = domains.length === 1 && domains[0] === "*" ? "" : domains.join("/");
      return named ? `${named} ${routes}` : routes;
    });
    return { destination: `Inline Route: ${hosts.join("; ")}`, leadsTo: undefined };
  }
  const name = textField(fieldAt(config, "rds"), "route_config_name");
  return name
    ? { destination: `Route: ${name}`, leadsTo: { kind: "route", name } }
    : { destination: "HTTP", leadsTo: undefined };
}

/** The cluster of routes that send everything to it. */
function catchAllCluster(routes: JsonRecord): string | undefined {
  const hosts = listField(routes, "virtual_hosts");
  const list = listField(hosts[0], "routes");
  const domains = texts(listField(hosts[0], "domains"));
  const everything =
    hosts.length === 1 &&
    list.length === 1 &&
    domains.length === 1 &&
    domains[0] === "*" &&
    textField(fieldAt(list[0], "match"), "prefix") === "/";
  return everything ? textField(fieldAt(list[0], "route"), "cluster") || undefined : undefined;
}
