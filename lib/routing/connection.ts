import type { ClientTls, TrafficPolicy } from "@/lib/istio/destination-rule";
import type { KubeObject } from "@/lib/k8s/object";
import type { Endpoint } from "@/lib/mesh/endpoints";
import { meshConfig } from "@/lib/mesh/mesh-config";
import { type PeerDecision, peerAuthentications } from "@/lib/mesh/peer-authentications";
import type { MeshView } from "@/lib/mesh/view";
import { isCaptured } from "./ambient";
import { type Cluster, serverName } from "./cluster";
import { gatewayListener } from "./gateway-servers";
import { type ProxyIdentity, proxyOf } from "./request";
import type { Trace } from "./trace";

/** How the bytes travel between two proxies. */
type Transport = "mutual_tls" | "tls" | "plain";

/** What comes of connecting to an endpoint. */
export interface Connection {
  readonly transport: Transport;
  /** What the server's proxy demands; undefined where there is no proxy. */
  readonly peer: PeerDecision | undefined;
  /** Set where the two do not agree: the client's proxy then reports the failure. */
  readonly failure: ConnectionFailure | undefined;
}

/** Why a connection never carried a request, in Envoy's words. */
interface ConnectionFailure {
  /** `UF` where it was never made, `UC` where the server closed it. */
  readonly flag: "UF" | "UC";
  /** `response_code_details`. */
  readonly details: string;
}

const RESET = "upstream_reset_before_response_started";
const tlsError = (code: string): ConnectionFailure => ({
  flag: "UF",
  details: `${RESET}{remote_connection_failure|TLS_error:|${code}:TLS_error_end}`,
});

/** The server takes TLS for a garbled request and answers in plain text. */
const NOT_TLS = tlsError("268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER");
/** The server's proxy has no filter chain for TLS and hangs up during the handshake. */
const TLS_REFUSED = tlsError("33554536:system_library:OPENSSL_internal:Connection_reset_by_peer");
/** The client does not know the mesh's own root certificate. */
const UNKNOWN_ROOT = tlsError(
  "268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:" +
    "_X509_verify_cert:_certificate_verification_error_at_depth_1:" +
    "_self_signed_certificate_in_certificate_chain",
);
/** The server's proxy has no filter chain for plain text and hangs up. */
const PLAIN_REFUSED: ConnectionFailure = {
  flag: "UC",
  details: `${RESET}{connection_termination}`,
};

/** ztunnel lets nothing through to its pod: Envoy finds the tunnel closed that it had opened. */
export const TUNNEL_REFUSED = PLAIN_REFUSED;

/** Nobody listens at the address. */
export const CONNECTION_REFUSED: ConnectionFailure = {
  flag: "UF",
  details: `${RESET}{remote_connection_failure|delayed_connect_error:_111}`,
};

/** How a cluster's connection to one of its endpoints goes. */
export function connect(
  mesh: MeshView,
  cluster: Cluster,
  endpoint: Endpoint,
  trace?: Trace,
): Connection {
  if (cluster.waypoint) return throughWaypoint(cluster.waypoint, trace);
  const peer = peerOf(mesh, endpoint);
  const transport = transportTo(mesh, cluster, endpoint, peer);
  const gateway = endpoint.pod && proxyOf(endpoint.pod);
  const failure =
    gateway?.type === "router"
      ? atGateway(mesh, gateway, transport, { cluster, endpoint })
      : isTunnelled(mesh, endpoint)
        ? atZtunnel(transport, peer)
        : disagreement(transport, cluster.tls, endpoint, peer);
  trace?.({
    step: "mtls",
    taken: true,
    object: peer?.object ?? ruleWithTls(cluster),
    path: peer?.path,
    why: explain(transport, peer, failure),
  });
  return { transport, peer, failure };
}

/** A waypoint takes HBONE, whatever the DestinationRule says of TLS. */
function throughWaypoint(waypoint: KubeObject, trace: Trace | undefined): Connection {
  trace?.({
    step: "mtls",
    taken: true,
    object: waypoint,
    path: undefined,
    why: `requests go through waypoint ${waypoint.metadata.name} in HBONE: mutual TLS`,
  });
  return { transport: "mutual_tls", peer: undefined, failure: undefined };
}

/** How a connection in plain text past the mesh's clusters goes, such as PassthroughCluster's. */
export function connectPlain(mesh: MeshView, endpoint: Endpoint): Connection {
  const peer = peerOf(mesh, endpoint);
  const failure = peer?.mode === "STRICT" ? PLAIN_REFUSED : undefined;
  return { transport: "plain", peer, failure };
}

/** How a connection goes that no cluster is for: in HBONE where ztunnel stands at the other end. */
export const connectDirectly = (mesh: MeshView, endpoint: Endpoint): Connection =>
  isTunnelled(mesh, endpoint)
    ? { transport: "mutual_tls", peer: peerOf(mesh, endpoint), failure: undefined }
    : connectPlain(mesh, endpoint);

const isTunnelled = (mesh: MeshView, { pod }: Endpoint): boolean =>
  pod !== undefined && isCaptured(mesh, pod);

/** ztunnel takes its own kind of TLS always, and plain text unless it is told to be STRICT. */
function atZtunnel(transport: Transport, peer: PeerDecision | undefined) {
  if (transport === "tls") return NOT_TLS;
  return transport === "plain" && peer?.mode === "STRICT" ? PLAIN_REFUSED : undefined;
}

/** What the proxy of an endpoint demands, or ztunnel for it; undefined for one without either. */
function peerOf(mesh: MeshView, endpoint: Endpoint): PeerDecision | undefined {
  if (!endpoint.pod) return undefined;
  if (proxyOf(endpoint.pod)?.type !== "sidecar" && !isTunnelled(mesh, endpoint)) return undefined;
  return mesh.derive(peerAuthentications).decide(endpoint, endpoint.port);
}

function transportTo(
  mesh: MeshView,
  cluster: Cluster,
  endpoint: Endpoint,
  peer: PeerDecision | undefined,
): Transport {
  switch (cluster.tls?.mode) {
    case undefined:
      break;
    case "ISTIO_MUTUAL":
      return "mutual_tls";
    case "SIMPLE":
    case "MUTUAL":
      return "tls";
    default:
      return "plain";
  }
  if (isTunnelled(mesh, endpoint)) return "mutual_tls";
  const { service } = cluster;
  const auto =
    mesh.derive(meshConfig).enableAutoMtls &&
    !service.external &&
    mesh.derive(peerAuthentications).ofNamespace(service.namespace).mode !== "DISABLE";
  return auto && takesMutualTls(cluster, endpoint, peer) ? "mutual_tls" : "plain";
}

/**
 * Whether istiod tells the proxy that an endpoint takes mutual TLS. A DestinationRule whose policy for
 * the cluster has lost its TLS settings, to an entry for the port, still decides here. Where requests
 * go to the address that was dialled there is but one answer for all endpoints. Source: istiod's
 * mtlsChecker and BestEffortInferServiceMTLSMode.
 */
function takesMutualTls(
  { originalDestination, endpoints, rule, subset, port }: Cluster,
  endpoint: Endpoint,
  peer: PeerDecision | undefined,
): boolean {
  if (originalDestination) {
    return endpoints.length > 0 && endpoints.every(({ tlsMode }) => tlsMode === "istio");
  }
  const mode =
    tlsModeOf(subset?.subset.trafficPolicy, port.number) ??
    tlsModeOf(rule?.trafficPolicy, port.number);
  if (mode !== undefined) return mode === "ISTIO_MUTUAL";
  return endpoint.tlsMode === "istio" && peer?.mode !== "DISABLE";
}

function tlsModeOf(policy: TrafficPolicy | undefined, port: number): string | undefined {
  const ofPort = policy?.portLevelSettings?.find((entry) => entry.port?.number === port);
  const tls = ofPort?.tls ?? policy?.tls;
  return tls && (tls.mode ?? "DISABLE");
}

function disagreement(
  transport: Transport,
  tls: ClientTls | undefined,
  endpoint: Endpoint,
  peer: PeerDecision | undefined,
): ConnectionFailure | undefined {
  switch (transport) {
    case "plain":
      return peer?.mode === "STRICT" ? PLAIN_REFUSED : undefined;
    case "mutual_tls":
      if (peer) return peer.mode === "DISABLE" ? TLS_REFUSED : undefined;
      return NOT_TLS;
    case "tls":
      // Whoever lies outside may well speak TLS; a workload of ours speaks plain text itself.
      if (!peer) return endpoint.pod ? NOT_TLS : undefined;
      if (peer.mode === "DISABLE") return TLS_REFUSED;
      if (peer.mode === "PERMISSIVE" && tls?.mode === "SIMPLE") return TLS_REFUSED;
      return UNKNOWN_ROOT;
  }
}

/** A gateway takes what its servers on the port expect. */
function atGateway(
  mesh: MeshView,
  gateway: ProxyIdentity,
  transport: Transport,
  { cluster, endpoint }: { readonly cluster: Cluster; readonly endpoint: Endpoint },
): ConnectionFailure | undefined {
  const scheme = transport === "plain" ? ("http" as const) : ("https" as const);
  const { port } = endpoint;
  const listener = gatewayListener(mesh, gateway, { port, scheme, sni: serverName(cluster) });
  if (listener.type !== "closed") return undefined;
  const { reason } = listener;
  if (reason === "port") return CONNECTION_REFUSED;
  if (reason === "plain") return PLAIN_REFUSED;
  return reason === "tls" ? NOT_TLS : TLS_REFUSED;
}

const ruleWithTls = (cluster: Cluster): KubeObject | undefined =>
  cluster.tls
    ? (cluster.subset?.object ?? cluster.rule?.rules.find(({ spec }) => spec.trafficPolicy)?.object)
    : undefined;

function explain(
  transport: Transport,
  peer: PeerDecision | undefined,
  failure: ConnectionFailure | undefined,
): string {
  const words = { mutual_tls: "mutual TLS", tls: "TLS", plain: "plain text" }[transport];
  const server = peer ? `the server's mode is ${peer.mode}` : "the server has no proxy";
  return `the client's proxy sends ${words}, and ${server}: ${failure ? "the connection fails" : "they agree"}`;
}
