import { resolveGateway } from "@/lib/istio/gateway-ref";
import { hostMatches, hostsOverlap } from "@/lib/istio/host";
import { inAddressRange } from "@/lib/istio/address-range";
import type { L4Route, L4RouteDestination } from "@/lib/istio/virtual-service";
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
 * The first route of `spec.tcp` or `spec.tls` that takes a connection; undefined where none does.
 * Source: istiod's buildSidecarOutboundTCPFilterChainOpts and its twin for TLS.
 */
export function l4Route(
  services: readonly MeshVirtualService[],
  proxy: ProxyIdentity,
  connection: L4Connection,
  trace?: Trace,
): TakenRoute | undefined {
  for (const { object, namespace, spec, connectionPaths } of services) {
    for (const [index, route] of (spec[connection.kind] ?? []).entries()) {
      if (!route.route?.length) continue;
      const written = connectionPaths?.[index];
      const path = written ?? `spec.${connection.kind}[${index}]`;
      const found = matchIndex(route, namespace, proxy, connection);
      const whole = written !== undefined || found === undefined || found < 0;
      const matchPath = whole ? path : `${path}.match[${found}]`;
      const why = found === undefined ? "no match fits the connection" : "it takes the connection";
      trace?.({ step: "route", taken: found !== undefined, object, path: matchPath, why });
      if (found !== undefined) return { object, namespace, path, destinations: route.route };
    }
  }
  return undefined;
}

/** The match that fits; -1 for a route without any; undefined where none fits. */
function matchIndex(
  { match }: L4Route,
  namespace: string,
  proxy: ProxyIdentity,
  connection: L4Connection,
): number | undefined {
  // TLS is told apart by names: a route without them takes nothing.
  if (!match?.length) return connection.kind === "tcp" ? -1 : undefined;
  const found = match.findIndex((one) => {
    if (one.port && one.port !== connection.port) return false;
    if (!hasLabels(proxy.labels, one.sourceLabels ?? {})) return false;
    if (one.sourceNamespace && one.sourceNamespace !== proxy.namespace) return false;
    const gateways = (one.gateways ?? []).map((name) => resolveGateway(name, namespace));
    if (gateways.length > 0 && !gateways.some((name) => connection.gateways.has(name)))
      return false;
    const { destinationSubnets: subnets = [], sniHosts = [] } = one;
    const { address, sni = "", kind } = connection;
    if (subnets.length > 0) {
      if (address === undefined) return false;
      if (!subnets.some((subnet) => inAddressRange(subnet)?.(address))) return false;
    }
    return kind === "tcp" || sniHosts.some((host) => hostMatches(host, sni.toLowerCase()));
  });
  return found < 0 ? undefined : found;
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
