import { resolveGateway, serverHost } from "@/lib/istio/gateway-ref";
import { gatewaySpec, type Server } from "@/lib/istio/gateway";
import { compareHosts, hostMatches } from "@/lib/istio/host";
import { isHttp, type Protocol, protocolOfName } from "@/lib/istio/protocol";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { podSpec } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import { gatewaysOf } from "@/lib/mesh/gateways";
import type { MeshView } from "@/lib/mesh/view";
import type { MeshRequest, ProxyIdentity } from "./request";

/** One server of a gateway that listens on the port in question. */
export interface BoundServer {
  readonly gateway: KubeObject;
  readonly server: Server;
  /** `namespace/name` of the gateway. */
  readonly ref: string;
  /** `spec.servers[0]`. */
  readonly path: string;
}

/** What listens on a port of a gateway's pod. */
export type GatewayListener =
  | { readonly type: "http"; readonly servers: readonly BoundServer[] }
  /** HTTP within the TLS that this server ends. */
  | { readonly type: "https"; readonly server: BoundServer }
  /** Bytes, be they of TCP, or of TLS that is or is not ended here. */
  | { readonly type: "bytes"; readonly kind: "tcp" | "tls"; readonly server: BoundServer }
  | {
      readonly type: "closed";
      /** No server at all, TLS to plain text, plain text to TLS, or a name that is not served. */
      readonly reason: "port" | "tls" | "plain" | "name";
      readonly why: string;
    };

const refused = (
  reason: Extract<GatewayListener, { type: "closed" }>["reason"],
  why: string,
): GatewayListener => ({ type: "closed", reason, why });

const PASSED_THROUGH: ReadonlySet<string> = new Set(["PASSTHROUGH", "AUTO_PASSTHROUGH"]);

/**
 * What takes a connection on a port of a gateway's pod: of plain text by the port alone, of TLS
 * by the name that is asked for. Servers share a port only where all speak HTTP, or all TLS; those
 * that differ from the first are left out. Source: istiod's MergeGateways.
 *
 * @param request whose scheme says whether TLS arrives
 */
export function gatewayListener(
  mesh: MeshView,
  proxy: ProxyIdentity,
  request: Pick<MeshRequest, "port" | "scheme" | "sni">,
): GatewayListener {
  const { port } = request;
  const all = mesh.derive(servers)(proxy, port);
  const [first] = all;
  if (!first) return refused("port", `no server of a Gateway listens on port ${port}`);
  const secure = request.scheme === "https";
  const tls = speaksTls(first.server);
  const alike = all.filter(({ server }) => speaksTls(server) === tls);
  if (!tls) {
    if (!isHttp(protocolOf(first.server))) return { type: "bytes", kind: "tcp", server: first };
    if (secure) return refused("tls", `port ${port} expects plain text, and this is TLS`);
    return { type: "http", servers: alike.filter(({ server }) => isHttp(protocolOf(server))) };
  }
  if (!secure) return refused("plain", `port ${port} expects TLS, and this is plain text`);
  const server = serverOfName(alike, request.sni?.toLowerCase());
  if (!server) {
    const name = request.sni === undefined ? "no name" : `'${request.sni}'`;
    return refused("name", `no server on port ${port} is for ${name}`);
  }
  if (PASSED_THROUGH.has(server.server.tls?.mode ?? "")) {
    return { type: "bytes", kind: "tls", server };
  }
  // What is within the TLS that ends here goes by routes of TCP, unless it is HTTP.
  if (protocolOf(server.server) === "HTTPS") return { type: "https", server };
  return { type: "bytes", kind: "tcp", server };
}

/** Whether a server asks its clients for a certificate and takes nobody without one. */
export const wantsCertificate = ({ server }: BoundServer): boolean =>
  server.tls?.mode === "MUTUAL" || server.tls?.mode === "ISTIO_MUTUAL";

const protocolOf = (server: Server): Protocol =>
  protocolOfName(server.port?.protocol ?? "") ?? "TCP";

/** Whether a server expects TLS, be it to end it or not. */
export const speaksTls = (server: Server): boolean => {
  const protocol = protocolOf(server);
  return protocol === "HTTPS" || protocol === "TLS";
};

/** Of the hosts that fit a name the most specific one tells the server; the first has it. */
function serverOfName(
  servers: readonly BoundServer[],
  name: string | undefined,
): BoundServer | undefined {
  const hosts = servers.flatMap((bound) =>
    (bound.server.hosts ?? []).map((entry) => ({
      bound,
      host: serverHost(entry, bound.gateway.metadata.namespace ?? "").host.toLowerCase(),
    })),
  );
  const fitting = hosts.filter(({ host }) =>
    name === undefined ? host === "*" : hostMatches(host, name),
  );
  return [...fitting].sort((a, b) => compareHosts(a.host, b.host))[0]?.bound;
}

/** The servers of gateways by proxy and port, each found once: every request asks for them. */
function servers(mesh: MeshView): (proxy: ProxyIdentity, port: number) => readonly BoundServer[] {
  const known = new WeakMap<ProxyIdentity, Map<number, readonly BoundServer[]>>();
  return (proxy, port) => {
    const byPort = known.get(proxy) ?? new Map<number, readonly BoundServer[]>();
    known.set(proxy, byPort);
    const found = byPort.get(port) ?? serversOn(mesh, proxy, port);
    byPort.set(port, found);
    return found;
  };
}

/** The servers whose port the gateway's Service maps to `port`, those of the oldest Gateway first. */
function serversOn(mesh: MeshView, proxy: ProxyIdentity, port: number): BoundServer[] {
  return gatewaysOf(mesh, proxy).flatMap((gateway) => {
    const { name, namespace = "" } = gateway.metadata;
    const ref = resolveGateway(name, namespace);
    return (gatewaySpec(gateway).servers ?? [])
      .map((server, index) => ({ gateway, server, ref, path: `spec.servers[${index}]` }))
      .filter(({ server }) => targetPort(mesh, proxy, server.port?.number ?? 0) === port);
  });
}

/** The port of the pod that a server's port means, by the first Service that selects the pod. */
function targetPort(mesh: MeshView, proxy: ProxyIdentity, port: number): number {
  for (const service of mesh.list("Service")) {
    if (service.metadata.namespace !== proxy.namespace) continue;
    const { selector, ports } = serviceSpec(service);
    if (!selector || !hasLabels(proxy.labels, selector)) continue;
    const found = (ports ?? []).find((candidate) => candidate.port === port);
    if (!found) continue;
    const target = found.targetPort || port;
    return typeof target === "number" ? target : (namedPort(mesh, proxy, target) ?? port);
  }
  return port;
}

function namedPort(mesh: MeshView, proxy: ProxyIdentity, name: string): number | undefined {
  const pod = mesh.get("Pod", proxy.namespace, proxy.pod);
  return (pod ? (podSpec(pod).containers ?? []) : [])
    .flatMap((container) => container.ports ?? [])
    .find((port) => port.name === name)?.containerPort;
}
