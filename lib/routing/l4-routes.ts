import { resolveGateway } from "@/lib/istio/gateway-ref";
import { compareHosts, hostsOverlap, mostSpecificHost } from "@/lib/istio/host";
import { inAddressRange } from "@/lib/istio/address-range";
import type { L4Match, L4Route, L4RouteDestination } from "@/lib/istio/virtual-service";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { MeshVirtualService } from "@/lib/mesh/virtual-services";
import { type Cluster, clusterFor, isCluster, type MissingCluster } from "./cluster";
import type { ProxyIdentity } from "./request";
import type { Chance } from "./chance";
import type { Trace } from "./trace";

/** A connection as routes of TCP and TLS see it. */
export interface L4Connection {
  readonly kind: "tcp" | "tls";
  /** The listener's port. */
  readonly port: number;
  /** The address that the client dialled; undefined for an unknown one. */
  readonly address: string | undefined;
  /** The name that a TLS client asks for. */
  readonly sni: string | undefined;
  /** `mesh`, or `namespace/name` of the gateways of the listener. */
  readonly gateways: ReadonlySet<string>;
}

/** A route that takes a connection. */
interface TakenRoute {
  readonly object: KubeObject;
  readonly namespace: string;
  /** `spec.tcp[0]`. */
  readonly path: string;
  readonly destinations: readonly L4RouteDestination[];
}

/**
 * The route of `spec.tcp` or `spec.tls` that takes a connection; undefined where none does. Each
 * match becomes a filter chain, and of those that fit Envoy takes the one with the longest range of
 * addresses, then the most specific name; the first of equal ones. Nothing comes after a match of TCP
 * that takes all. Source: istiod's buildSidecarOutboundTCPFilterChainOpts and its twin for TLS.
 */
export function l4Route(
  services: readonly MeshVirtualService[],
  proxy: ProxyIdentity,
  connection: L4Connection,
  trace?: Trace,
): TakenRoute | undefined {
  const chains = [...filterChains(services, proxy, connection, trace)];
  const [first, ...rest] = chains;
  if (!first) return undefined;
  const best = rest.reduce((found, chain) => (isCloser(chain, found) ? chain : found), first);
  for (const chain of chains) {
    const { object, matchPath: path } = chain;
    const taken = chain === best;
    const why = taken ? "it takes the connection" : "another match fits the connection better";
    trace?.({ step: "route", taken, object, path, why });
  }
  return best;
}

/** A match that fits a connection. */
interface FilterChain extends TakenRoute {
  readonly matchPath: string;
  /** How many bits of the address the match tells; -1 for none. */
  readonly bits: number;
  /** The host among the match's that fits the name; `*` for a match without. */
  readonly host: string;
}

const isCloser = (a: FilterChain, b: FilterChain): boolean =>
  a.bits === b.bits ? isMoreSpecific(a.host, b.host) : a.bits > b.bits;

/** Of names alike neither is. */
const isMoreSpecific = (a: string, b: string): boolean => a !== b && compareHosts(a, b) < 0;

function* filterChains(
  services: readonly MeshVirtualService[],
  proxy: ProxyIdentity,
  connection: L4Connection,
  trace: Trace | undefined,
): Generator<FilterChain> {
  for (const { object, namespace, spec, connectionPaths } of services) {
    for (const [index, route] of (spec[connection.kind] ?? []).entries()) {
      if (!route.route?.length) continue;
      const written = connectionPaths?.[index];
      const path = written ?? `spec.${connection.kind}[${index}]`;
      const base = { object, namespace, path, destinations: route.route };
      const fitting = fittingMatches(route, namespace, proxy, connection);
      for (const { at, ...fit } of fitting) {
        const matchPath = written !== undefined || at < 0 ? path : `${path}.match[${at}]`;
        yield { ...base, ...fit, matchPath };
        if (connection.kind === "tcp" && fit.bits < 0) return;
      }
      if (fitting.length > 0) continue;
      const why = "no match fits the connection";
      trace?.({ step: "route", taken: false, object, path, why });
    }
  }
}

/** How a match fits: its index (-1 for a route without any), by what address and name. */
type Fit = Pick<FilterChain, "bits" | "host"> & { readonly at: number };

function fittingMatches(
  { match }: L4Route,
  namespace: string,
  proxy: ProxyIdentity,
  connection: L4Connection,
): readonly Fit[] {
  const { address, kind, sni = "" } = connection;
  // TLS is told apart by names: a route without them takes nothing.
  if (!match?.length) return kind === "tcp" ? [{ at: -1, bits: -1, host: "*" }] : [];
  return match.flatMap((one, at): Fit[] => {
    if (!holdsStatically(one, namespace, proxy, connection)) return [];
    const { destinationSubnets: subnets = [], sniHosts = [] } = one;
    const bits = subnets.length === 0 ? [-1] : addressBits(subnets, address);
    if (bits.length === 0) return [];
    const longest = Math.max(...bits);
    if (kind === "tcp") return [{ at, bits: longest, host: "*" }];
    const host = mostSpecificHost(sniHosts, sni.toLowerCase());
    return host === undefined ? [] : [{ at, bits: longest, host }];
  });
}

/** Whether any route of TLS is for such connections, whatever name they ask for. */
export const hasTlsRoutes = (
  services: readonly MeshVirtualService[],
  proxy: ProxyIdentity,
  connection: L4Connection,
): boolean =>
  services.some(({ namespace, spec }) =>
    spec.tls?.some(
      ({ match, route }) =>
        route?.length && match?.some((one) => holdsStatically(one, namespace, proxy, connection)),
    ),
  );

/** The lengths of those ranges that an address lies in. */
const addressBits = (subnets: readonly string[], address: string | undefined): readonly number[] =>
  subnets
    .filter((subnet) => address !== undefined && inAddressRange(subnet)?.(address))
    .map((subnet) => Number(subnet.split("/")[1] ?? (subnet.includes(":") ? 128 : 32)));

/** A gateway looks at ports and gateways alone: it is no client. */
function holdsStatically(
  match: L4Match,
  namespace: string,
  proxy: ProxyIdentity,
  connection: L4Connection,
): boolean {
  if (match.port && match.port !== connection.port) return false;
  const gateways = (match.gateways ?? []).map((name) => resolveGateway(name, namespace));
  if (gateways.length > 0 && !gateways.some((name) => connection.gateways.has(name))) return false;
  if (proxy.type === "router") return true;
  if (!hasLabels(proxy.labels, match.sourceLabels ?? {})) return false;
  return !match.sourceNamespace || match.sourceNamespace === proxy.namespace;
}

/** The VirtualServices that speak for a host, in istiod's order. */
export const servicesOfHost = (
  services: readonly MeshVirtualService[],
  host: string,
): readonly MeshVirtualService[] =>
  services.filter(({ hosts }) => hosts.some((one) => hostsOverlap(one, host)));

/** The cluster that a route of TCP or TLS sends a connection to, by weight. */
export function l4Cluster(
  mesh: MeshView,
  proxy: ProxyIdentity,
  route: TakenRoute,
  {
    port,
    chance,
    trace,
  }: { readonly port: number; readonly chance: Chance; readonly trace: Trace | undefined },
): Cluster | MissingCluster | undefined {
  const { destinations, namespace, object, path } = route;
  const weighted = destinations.map(({ destination, weight = 0 }, index) => ({
    weight,
    path: `${path}.route[${index}]`,
    cluster: clusterFor(mesh, proxy, destination ?? {}, { namespace, port, onlyPort: true }),
  }));
  const usable = weighted.length === 1 ? weighted : weighted.filter(({ weight }) => weight > 0);
  const weights = usable.map(({ weight }) => (usable.length === 1 ? 1 : weight));
  const index = chance.weighted("destination", weights);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [at, candidate] of usable.entries()) {
    const { name } = candidate.cluster;
    const missing = isCluster(candidate.cluster) ? "" : `; ${candidate.cluster.why}`;
    const share = Math.round((1000 * (weights[at] ?? 0)) / total) / 10;
    const why = `${name}, ${share} % of connections${missing}`;
    trace?.({ step: "destination", taken: at === index, object, path: candidate.path, why });
  }
  return usable[index]?.cluster;
}
