import { serverHost } from "@/lib/istio/gateway-ref";
import { hostsOverlap } from "@/lib/istio/host";
import type { MeshView } from "@/lib/mesh/view";
import { type MeshVirtualService, virtualServices } from "@/lib/mesh/virtual-services";
import { clusterFor } from "./cluster";
import type { Decision } from "./decision";
import type { BoundServer } from "./gateway-servers";
import { closed, type L4Deciding, toCluster } from "./l4-decision";
import { l4Cluster, l4Route } from "./l4-routes";

/** What istiod's gateways of several networks are asked for: `outbound_.9080_.v1_.host`. */
const CLUSTER_SNI = /^outbound_\.(\d+)_\.([^_]*)_\.(.+)$/;

/**
 * What a gateway does with bytes that it does not look into: the routes of TCP or TLS of the
 * VirtualServices that name it decide, and what none takes is hung up upon. Source: istiod's
 * buildGatewayNetworkFiltersFromTCPRoutes and its twin for TLS.
 */
export function gatewayL4(deciding: L4Deciding, kind: "tcp" | "tls", bound: BoundServer): Decision {
  const { mesh, client, chance, trace } = deciding;
  const { proxy, request } = client;
  const port = bound.server.port?.number ?? request.port;
  const { gateway: object, path } = bound;
  trace?.({ step: "listener", taken: true, object, path, why: "the bytes go on unread" });
  if (bound.server.tls?.mode === "AUTO_PASSTHROUGH") {
    const [, number, subset = "", host = ""] = CLUSTER_SNI.exec(request.sni ?? "") ?? [];
    if (number === undefined) return closed("the name that is asked for names no cluster");
    const destination = { host, subset, port: { number: Number(number) } };
    const at = { namespace: proxy.namespace, port: Number(number) };
    return toCluster(deciding, clusterFor(mesh, proxy, destination, at));
  }
  const route = l4Route(
    servicesOfServer(mesh, proxy.namespace, bound),
    proxy,
    {
      kind,
      port,
      address: request.address,
      sni: request.sni,
      gateways: new Set([bound.ref]),
    },
    trace,
  );
  if (!route) return closed(`no route of ${kind.toUpperCase()} takes the connection`);
  return toCluster(deciding, l4Cluster(mesh, proxy, route, { port, chance, trace }));
}

const servicesOfServer = (
  mesh: MeshView,
  namespace: string,
  { gateway, server, ref }: BoundServer,
): readonly MeshVirtualService[] => {
  const hosts = (server.hosts ?? []).map((entry) =>
    serverHost(entry, gateway.metadata.namespace ?? ""),
  );
  return mesh
    .derive(virtualServices)
    .visibleTo(namespace)
    .filter(
      (service) =>
        service.gateways.includes(ref) &&
        hosts.some(
          (one) =>
            (one.namespace === "*" || one.namespace === service.namespace) &&
            service.hosts.some((host) => hostsOverlap(host, one.host)),
        ),
    );
};
