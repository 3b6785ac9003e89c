import type { KubeObject } from "@/lib/k8s/object";
import { podStatus, serviceAccountOf } from "@/lib/k8s/pod";
import type { Arrival, Refusal } from "@/lib/mesh/arrival";
import type { Endpoint } from "@/lib/mesh/endpoints";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import type { RegistryService } from "@/lib/mesh/registry";
import type { Decision, Forward } from "./decision";
import { TUNNEL_REFUSED } from "./connection";
import type { Exchange, Reply } from "./exchange";
import type { Inbound } from "./inbound";
import type { Downstream, JourneyResult, Moment, ProxyLog } from "./journey-setting";
import { type MeshRequest, type ProxyIdentity, proxyOf } from "./request";
import { applied, headerChanges, type HeaderChanges } from "./rewrite";

/** A request at the proxy of its client. */
export interface Leaving {
  readonly pod: KubeObject;
  /** Whose request a waypoint passes on; undefined for any other proxy. */
  readonly downstream?: Downstream | undefined;
  readonly proxy: ProxyIdentity;
  readonly request: MeshRequest;
  readonly decision: Decision;
  readonly moment: Moment;
}

/** A request at the endpoint that it was sent to. */
export interface Arriving {
  readonly endpoint: Endpoint;
  readonly request: MeshRequest;
  /** Undefined for one from outside of the cluster. */
  readonly client: KubeObject | undefined;
  /** The identity that the client's proxy showed; undefined in plain text. */
  readonly peer: string | undefined;
  /** Whether the client's proxy sends TLS of its own, plain or mutual. */
  readonly secure?: boolean | undefined;
  /** At a waypoint: the service that the client dialled. */
  readonly service?: RegistryService | undefined;
  readonly moment: Moment;
}

/** An address that stands for a client of which nothing is known. */
const ANYWHERE = "0.0.0.0";

/** What the certificate of a pod's proxy, or ztunnel for it, says that it is. */
export function identityOf(mesh: MeshView, pod: KubeObject): string {
  const { trustDomain } = mesh.derive(meshConfig);
  return `spiffe://${trustDomain}/ns/${pod.metadata.namespace ?? ""}/sa/${serviceAccountOf(pod)}`;
}

/** A request at the proxy of its server, as policies look at it. */
export function arrivalOf(
  pod: KubeObject,
  { endpoint, request, client, peer, service }: Arriving,
  protocol: Arrival["protocol"],
): Arrival {
  const sourceIp = (client && podStatus(client).podIP) ?? ANYWHERE;
  // A gateway goes by who connects to it, a sidecar by what the gateway before it has noted.
  const type = proxyOf(pod)?.type ?? "ztunnel";
  const noted = type === "sidecar" ? request.headers["x-forwarded-for"] : undefined;
  return {
    pod,
    namespace: pod.metadata.namespace ?? "",
    labels: pod.metadata.labels ?? {},
    type,
    service,
    port: type === "waypoint" ? request.port : endpoint.port,
    protocol,
    peer,
    sourceIp,
    remoteIp: noted?.split(",").at(-1)?.trim() || sourceIp,
    destinationIp: endpoint.address,
    sni: request.sni,
    method: request.method,
    scheme: request.scheme,
    authority: request.authority,
    path: request.path,
    headers: request.headers,
  };
}

/**
 * What a proxy changes of an answer's headers, on top of what was changed on the way to it.
 *
 * @param upstream undefined for an answer of the proxy's own: no cookie ties its client to anybody
 */
export function answeredHeaders(
  { responseHeaders, corsHeaders, cookie }: Forward,
  upstream: HeaderChanges | undefined,
): HeaderChanges {
  const tied = upstream && cookie !== undefined ? { "set-cookie": cookie } : {};
  const changes = headerChanges(responseHeaders, applied({}, upstream ?? {}));
  return { ...upstream, ...changes, ...tied, ...corsHeaders };
}

/**
 * What a proxy hears of a try. Where ztunnel stands at the other end it may hear nothing, nor where
 * a proxy that takes the bytes for TCP hangs up upon a request.
 */
export function heardOf(
  { status, durationMs }: JourneyResult,
  { pod }: Endpoint,
  { networkMs, http }: { readonly networkMs: number; readonly http: boolean },
): Reply {
  const ofTunnel = status === "error" && pod !== undefined && !proxyOf(pod);
  const refused = ofTunnel || (http && status === "closed");
  return {
    status: typeof status === "number" ? status : 0,
    durationMs: durationMs + networkMs,
    ...(refused ? { reset: TUNNEL_REFUSED } : {}),
  };
}

/** What the proxy of the client logs. */
export function logOf(decision: Decision, exchanged: Exchange | undefined): ProxyLog {
  const { action, delayMs, routeName, cluster } = decision;
  const answer = action.type === "answer" ? action : undefined;
  const delayed = delayMs > 0 && exchanged ? ["DI"] : [];
  return {
    flags: exchanged ? [...delayed, ...exchanged.flags] : (answer?.flags ?? []),
    details: exchanged?.details ?? answer?.details ?? "",
    route: routeName,
    cluster,
    attempts: exchanged?.tries.length ?? 0,
  };
}

/** What the proxy of the server logs. */
export const inboundLog = (
  { cluster }: Inbound,
  refusal: Refusal | undefined,
  tcp: boolean,
): ProxyLog => ({
  flags: refusal?.flags ?? [],
  details: refusal?.details ?? (tcp ? "" : "via_upstream"),
  route: tcp ? "" : "default",
  cluster,
  attempts: refusal ? 0 : 1,
});
