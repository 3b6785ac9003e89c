import type { KubeObject } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import type { Arrival, Refusal } from "@/lib/mesh/arrival";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { Decision, Forward } from "./decision";
import type { Exchange } from "./exchange";
import type { Inbound } from "./inbound";
import type { Moment, ProxyLog } from "./journey-setting";
import { type MeshRequest, type ProxyIdentity, proxyOf } from "./request";
import { applied, headerChanges, type HeaderChanges } from "./rewrite";

/** A request at the proxy of its client. */
export interface Leaving {
  readonly pod: KubeObject;
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
  readonly moment: Moment;
}

/** An address that stands for a client of which nothing is known. */
const ANYWHERE = "0.0.0.0";

/** A request at the proxy of its server, as policies look at it. */
export function arrivalOf(
  pod: KubeObject,
  { endpoint, request, client, peer }: Arriving,
  protocol: Arrival["protocol"],
): Arrival {
  const sourceIp = (client && podStatus(client).podIP) ?? ANYWHERE;
  // A gateway goes by who connects to it, a sidecar by what the gateway before it has noted.
  const type = proxyOf(pod)?.type ?? "sidecar";
  const noted = type === "sidecar" ? request.headers["x-forwarded-for"] : undefined;
  return {
    pod,
    namespace: pod.metadata.namespace ?? "",
    labels: pod.metadata.labels ?? {},
    type,
    port: endpoint.port,
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
