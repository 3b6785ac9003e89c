import { isHttp } from "@/lib/istio/protocol";
import { sidecarScopes } from "@/lib/mesh/sidecar-scope";
import { at } from "./candidates";
import { connectDirectly } from "./connection";
import { decideInHost } from "./decide-in-host";
import type { Decision } from "./decision";
import { dial } from "./dial";
import { closed, type L4Deciding, l4Decision } from "./l4-decision";
import { routingTables } from "./routing-tables";
import { unread } from "./unread";

/** Whether a waypoint looks into a connection: the port it is for carries HTTP, and HTTP it is. */
export function readsHttp({ mesh, client: { proxy, request } }: Omit<L4Deciding, "chance">) {
  if (request.protocol === "tcp" || request.protocol === "tls") return false;
  const { service } = dial(mesh, request.address ?? "", proxy.namespace);
  if (!service) return true;
  const port = service.ports.find(({ number }) => number === request.port);
  return port !== undefined && (isHttp(port.protocol) || port.protocol === "Auto");
}

/**
 * What a waypoint does with a request. It goes by the address that the client dialled, never by
 * the host header: the routes of the service there decide (VirtualServices of the mesh gateway,
 * routes of the Gateway API whose parent the service is), else Istio's default. No Sidecar limits
 * it. Source: istiod's buildWaypointInbound.
 */
export function decideAtWaypoint(deciding: L4Deciding): Decision {
  const { mesh, client } = deciding;
  const { proxy, request } = client;
  const { service } = dial(mesh, request.address ?? "", proxy.namespace);
  if (!service) return toWorkload(deciding);
  const port = service.ports.find(({ number }) => number === request.port);
  if (!port) return closed(`${service.host} has no port ${request.port}`);
  if (!readsHttp(deciding)) {
    const scope = mesh.derive(sidecarScopes)(proxy);
    const taken = l4Decision(deciding, { service, port, bound: true }, scope);
    return (
      taken ?? closed(`no TLS route of ${service.host} takes ${request.sni ?? "the connection"}`)
    );
  }
  const table = mesh.derive(routingTables).table(proxy, request.port, request.address);
  const host = table?.find(service.host);
  if (!table || !host) return closed(`the waypoint does not see ${service.host}`);
  deciding.trace?.({
    step: "virtual-host",
    taken: true,
    object: host.routes[0]?.object ?? service.object,
    path: host.routes[0]?.object && "spec.hosts",
    why: `the connection is for ${service.host}, whatever host the request names`,
  });
  return decideInHost({ ...deciding, table: table.name }, host);
}

/** A pod that was dialled itself has no routes: the request goes on to it as it is. */
function toWorkload({ mesh, client, trace }: L4Deciding): Decision {
  const { request } = client;
  const endpoints = at(mesh, request.address ?? "", request.port);
  return {
    table: undefined,
    virtualHost: undefined,
    route: undefined,
    routeName: "default",
    cluster: `inbound-vip|${request.port}||`,
    upstream: undefined,
    delayMs: 0,
    action: {
      ...unread(request, endpoints),
      protocol: readsHttp({ mesh, client, trace }) ? "http" : "tcp",
      connect: (endpoint) => connectDirectly(mesh, endpoint),
    },
  };
}
