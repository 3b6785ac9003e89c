import type { Endpoint } from "@/lib/mesh/endpoints";
import { sidecarScopes } from "@/lib/mesh/sidecar-scope";
import type { MeshView } from "@/lib/mesh/view";
import { connectPlain } from "./connection";
import type { Answer, Decision, Forward } from "./decision";
import { dial } from "./dial";
import { at, outside } from "./candidates";
import { hostOfAuthority, type MeshRequest, type ProxyIdentity } from "./request";
import { unread } from "./unread";
import type { RouteTable } from "./route-table";
import type { Trace } from "./trace";

interface Client {
  readonly proxy: ProxyIdentity;
  readonly request: MeshRequest;
}

/** A request for a host that the routes do not know. */
export function passThrough(
  mesh: MeshView,
  client: Client & { readonly table: RouteTable },
  trace: Trace | undefined,
): Decision {
  const { table, request, proxy } = client;
  const base = { table: table.name, route: undefined, upstream: undefined, delayMs: 0 };
  const refused = (status: number, flags: readonly string[], details: string): Answer => ({
    type: "answer",
    status,
    flags,
    details,
    headers: {},
    body: undefined,
  });
  switch (table.fallback) {
    case "not_found":
      return {
        ...base,
        virtualHost: undefined,
        routeName: "",
        cluster: undefined,
        action: refused(404, ["NR"], "route_not_found"),
      };
    case "block_all":
      return {
        ...base,
        virtualHost: "block_all",
        routeName: "block_all",
        cluster: undefined,
        action: refused(502, [], "direct_response"),
      };
    case "allow_any": {
      const reached = dialled(mesh, proxy, request);
      trace?.({
        step: "cluster",
        taken: true,
        object: undefined,
        path: undefined,
        why: `PassthroughCluster leads to ${reached[0]?.address ?? "nowhere"} in plain text`,
      });
      return {
        ...base,
        virtualHost: "allow_any",
        routeName: "allow_any",
        cluster: "PassthroughCluster",
        action: plain(mesh, request, reached, "http"),
      };
    }
  }
}

/** A connection that no listener of the proxy takes. */
export function withoutListener(
  mesh: MeshView,
  { proxy, request }: Client,
  trace: Trace | undefined,
): Decision {
  const base = {
    table: undefined,
    virtualHost: undefined,
    route: undefined,
    routeName: "",
    upstream: undefined,
    delayMs: 0,
  };
  const say = (why: string): void =>
    trace?.({ step: "listener", taken: true, object: undefined, path: undefined, why });
  if (proxy.type === "router") {
    const why = `no server of a Gateway listens on port ${request.port}`;
    say(why);
    return { ...base, cluster: undefined, action: { type: "close", why } };
  }
  if (mesh.derive(sidecarScopes)(proxy).outbound === "REGISTRY_ONLY") {
    const why = `port ${request.port} is not known, and only what is known may be reached`;
    say(why);
    return { ...base, cluster: "BlackHoleCluster", action: { type: "close", why } };
  }
  say(`port ${request.port} is not known: the bytes go on unread`);
  const action = plain(mesh, request, dialled(mesh, proxy, request), "tcp");
  return { ...base, cluster: "PassthroughCluster", action };
}

const hostOfDial = (request: MeshRequest): string =>
  request.address ?? hostOfAuthority(request.authority);

/** Whatever listens where the client meant to go. */
function dialled(mesh: MeshView, proxy: ProxyIdentity, request: MeshRequest): readonly Endpoint[] {
  const host = hostOfDial(request);
  const { address } = dial(mesh, host, proxy.namespace);
  return address === undefined ? [outside(host, request.port)] : at(mesh, address, request.port);
}

const plain = (
  mesh: MeshView,
  request: MeshRequest,
  reached: readonly Endpoint[],
  protocol: Forward["protocol"],
): Forward => ({
  ...unread(request, reached),
  protocol,
  connect: (endpoint) => connectPlain(mesh, endpoint),
});
