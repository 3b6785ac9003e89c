import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import type { SidecarScope } from "@/lib/mesh/sidecar-scope";
import type { MeshView } from "@/lib/mesh/view";
import type { Endpoint } from "@/lib/mesh/endpoints";
import { type Cluster, clusterFor, isCluster, type MissingCluster } from "./cluster";
import { connect } from "./connection";
import type { Decision, Deciding } from "./decision";
import { type FoundListener, isTls, l4VirtualServices } from "./l4-listeners";
import { hasTlsRoutes, l4Cluster, l4Route, servicesOfHost } from "./l4-routes";
import { spread } from "./spread";
import { unread } from "./unread";

/** What goes along where the proxy does not look into the connection. */
export type L4Deciding = Omit<Deciding, "table">;

const BASE = {
  table: undefined,
  virtualHost: undefined,
  route: undefined,
  routeName: "",
  delayMs: 0,
} as const;

/**
 * What a sidecar does with a connection that a listener of TCP or TLS takes; undefined where the
 * listener has no filter chain for it.
 */
export function l4Decision(
  deciding: L4Deciding,
  listener: FoundListener,
  scope: SidecarScope,
): Decision | undefined {
  const { mesh, client, chance, trace } = deciding;
  const { proxy, request } = client;
  const { service, port } = listener;
  trace?.({
    step: "listener",
    taken: true,
    object: service.object,
    path: "spec.ports",
    why: `port ${port.number} of ${service.host} is ${port.protocol}: the bytes go on unread`,
  });
  const kind = isTls(port) ? "tls" : "tcp";
  const services = servicesOfHost(l4VirtualServices(scope, request.port), service.host);
  const { address, sni } = request;
  const gateways = new Set([MESH_GATEWAY]);
  const connection = { kind, port: request.port, address, sni, gateways } as const;
  const route = l4Route(services, proxy, connection, trace);
  if (route) {
    const cluster = l4Cluster(mesh, proxy, route, { port: request.port, chance, trace });
    return toCluster(deciding, cluster);
  }
  if (kind === "tls" && hasTlsRoutes(services, proxy, connection)) return undefined;
  return toCluster(deciding, ownCluster(mesh, deciding, listener));
}

const ownCluster = (
  mesh: MeshView,
  { client }: L4Deciding,
  { service, port }: FoundListener,
): Cluster | MissingCluster =>
  clusterFor(
    mesh,
    client.proxy,
    { host: service.host },
    {
      namespace: service.namespace,
      port: port.number,
    },
  );

/** A connection that nothing takes. */
export const closed = (why: string): Decision => ({
  ...BASE,
  cluster: undefined,
  upstream: undefined,
  action: { type: "close", why },
});

/** A connection that goes to a cluster, or is closed where there is none. */
export function toCluster(
  { mesh, client, trace }: L4Deciding,
  cluster: Cluster | MissingCluster | undefined,
): Decision {
  if (!cluster || !isCluster(cluster)) {
    return closed(cluster?.why ?? "no destination has a weight");
  }
  const action = {
    ...unread(client.request, []),
    ...spread(mesh, client, { cluster, trace }),
    connect: (endpoint: Endpoint) => {
      const connection = connect(mesh, cluster, endpoint, trace);
      // What a gateway makes of TLS of the client's own is between the two.
      const own = client.request.protocol === "tls" && connection.transport === "plain";
      return own && !connection.peer ? { ...connection, failure: undefined } : connection;
    },
  };
  return { ...BASE, cluster: cluster.name, upstream: cluster, action };
}
