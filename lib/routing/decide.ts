import { sidecarScopes } from "@/lib/mesh/sidecar-scope";
import type { MeshView } from "@/lib/mesh/view";
import type { Chance } from "./chance";
import { decideInHost } from "./decide-in-host";
import type { Decision, Deciding } from "./decision";
import { dial } from "./dial";
import { gatewayL4 } from "./gateway-l4";
import { gatewayListener } from "./gateway-servers";
import { closed, type L4Deciding, l4Decision } from "./l4-decision";
import { listenerFor } from "./l4-listeners";
import { normalizePath } from "./normalize-path";
import { passThrough, withoutListener } from "./pass-through";
import { hostOfAuthority, type MeshRequest, type ProxyIdentity } from "./request";
import type { RouteTable } from "./route-table";
import { routingTables } from "./routing-tables";
import type { Trace } from "./trace";
import { decideAtWaypoint } from "./waypoint";

/**
 * What the proxy of a client does with a request: pure, and the same for equal arguments.
 *
 * @param chance decides what weights, faults and load balancing leave open
 * @param trace is told each step, with the object and field that decided, if anybody asks
 */
export function decide(
  mesh: MeshView,
  given: { readonly proxy: ProxyIdentity; readonly request: MeshRequest },
  chance: Chance,
  trace?: Trace,
): Decision {
  const { proxy } = given;
  const request = dialledRequest(mesh, given);
  const client = { proxy, request };
  if (proxy.type === "sidecar") {
    const scope = mesh.derive(sidecarScopes)(proxy);
    const listener = listenerFor(mesh, scope, request);
    const looksInside = listener?.port.protocol === "Auto" && request.protocol !== "tcp";
    if (listener && !looksInside && (listener.bound || !hasTable(mesh, client))) {
      const taken = l4Decision({ mesh, client, chance, trace }, listener, scope);
      return taken ?? withoutListener(mesh, client, trace);
    }
  }
  if (proxy.type === "router") return decideAtGateway({ mesh, client, chance, trace });
  if (proxy.type === "waypoint") return decideAtWaypoint({ mesh, client, chance, trace });
  const table = mesh.derive(routingTables).table(proxy, request.port, request.address);
  // What is no HTTP falls through a listener of HTTP, as if nobody listened there.
  if (!table || request.protocol === "tcp") return withoutListener(mesh, client, trace);
  return decideByTable({ mesh, client, chance, trace }, table);
}

/** A gateway first finds the server, by the name that a TLS client asks for where it is one. */
function decideAtGateway(deciding: L4Deciding): Decision {
  const { mesh, client, trace } = deciding;
  const { proxy, request } = client;
  const listener = gatewayListener(mesh, proxy, request);
  if (listener.type === "closed") {
    const { why } = listener;
    trace?.({ step: "listener", taken: true, object: undefined, path: undefined, why });
    return closed(why);
  }
  if (listener.type === "bytes") return gatewayL4(deciding, listener.kind, listener.server);
  const servers = listener.type === "http" ? listener.servers : [listener.server];
  const table = mesh.derive(routingTables).gateway(proxy, request.port, servers);
  return decideByTable(deciding, table);
}

/** HTTP that a listener with a route configuration takes. */
function decideByTable({ mesh, client, chance, trace }: L4Deciding, table: RouteTable): Decision {
  const { request } = client;
  if (request.protocol === "tcp") return notHttp(table, trace);
  const host = table.find(hostOfAuthority(request.authority));
  if (!host) {
    trace?.({
      step: "virtual-host",
      taken: true,
      object: undefined,
      path: undefined,
      why: `no virtual host of ${table.name} takes ${request.authority}: ${table.fallback}`,
    });
    return passThrough(mesh, { ...client, table }, trace);
  }
  trace?.({
    step: "virtual-host",
    taken: true,
    object: host.routes[0]?.object,
    path: "spec.hosts",
    why: `${host.name} takes ${request.authority}`,
  });
  return decideInHost({ mesh, client, chance, trace, table: table.name }, host);
}

/** A request with its path in order, and with the address that its authority stands for. */
function dialledRequest(mesh: MeshView, { proxy, request }: Deciding["client"]): MeshRequest {
  const path = normalizePath(request.path);
  if (proxy.type === "router" || request.address !== undefined) return { ...request, path };
  const { address } = dial(mesh, hostOfAuthority(request.authority), proxy.namespace);
  return { ...request, path, address };
}

const hasTable = (mesh: MeshView, { proxy, request }: Deciding["client"]): boolean =>
  mesh.derive(routingTables).table(proxy, request.port, request.address) !== undefined;

/** The listener expects HTTP and hangs up upon anything else. */
function notHttp({ name }: RouteTable, trace: Trace | undefined): Decision {
  const why = `the listener of ${name} expects HTTP, and this is something else`;
  trace?.({ step: "listener", taken: true, object: undefined, path: undefined, why });
  return closed(why);
}
