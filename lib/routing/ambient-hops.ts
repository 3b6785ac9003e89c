import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import type { Admission } from "@/lib/mesh/arrival";
import type { MeshView } from "@/lib/mesh/view";
import type { Decision } from "./decision";
import type { Dialled } from "./dial";
import { type Arriving, identityOf } from "./hop";
import { inbounds } from "./inbound";
import {
  type Downstream,
  type JourneyResult,
  type JourneySetting,
  type Moment,
  NOTHING,
} from "./journey-setting";
import { isAlive } from "./prepared-forward";
import { refusedHeaders } from "./refused-headers";
import { sanitizedHeaders } from "./proxy-headers";
import { type MeshRequest, type ProxyIdentity } from "./request";
import { applied } from "./rewrite";
import { readsHttp } from "./waypoint";
import { decideAtZtunnel } from "./ztunnel";

/** What a journey does that goes on from ambient's own hops. */
interface Ways {
  readonly setting: JourneySetting;
  readonly reach: (arriving: Arriving) => JourneyResult;
  readonly answered: (arriving: Arriving) => JourneyResult;
  readonly admitted: (
    mesh: MeshView,
    pod: KubeObject,
    arriving: Arriving,
    protocol: "http" | "tcp",
  ) => Admission;
  /** What a waypoint makes of a request by its routes. */
  readonly send: (
    pod: KubeObject,
    proxy: ProxyIdentity,
    request: MeshRequest,
    by: Passing,
  ) => JourneyResult;
}

/** How a request came to the waypoint that passes it on. */
export interface Passing {
  readonly moment: Moment;
  readonly downstream?: Downstream | undefined;
  /** Set where the waypoint answers by itself before it looks for a route. */
  readonly decision?: Decision;
}

/** What the application gets whose connection ztunnel breaks off: a reset. */
const BROKEN_OFF: JourneyResult = { ...NOTHING, status: "error" };

/** The hops of ambient: ztunnel beside its client, waypoints, and ztunnel beside its server. */
export class AmbientHops {
  constructor(private readonly ways: Ways) {}

  /** A connection of a captured pod, as its ztunnel takes it on. */
  depart(pod: KubeObject, dialled: Dialled, given: MeshRequest, moment: Moment): JourneyResult {
    const { setting, reach } = this.ways;
    const { chance, networkMs } = setting;
    const mesh = setting.meshOf(pod);
    const trace = setting.trace?.(objectKey(pod));
    const tunnel = decideAtZtunnel(mesh, { ...dialled, port: given.port }, chance, trace);
    const { endpoint, service, mutualTls, throughWaypoint } = tunnel;
    // ztunnel opens nothing, and counts nothing, while it knows of nobody to connect to.
    if (!endpoint) return BROKEN_OFF;
    const address = dialled.address;
    const request: MeshRequest = throughWaypoint
      ? { ...given, address, sourceAddress: podStatus(pod).podIP }
      : { ...given, port: endpoint.port, address: endpoint.address };
    const open = !tunnel.refused && isAlive(setting, endpoint);
    const arriving: Arriving = {
      endpoint,
      request,
      client: pod,
      peer: mutualTls ? identityOf(mesh, pod) : undefined,
      secure: mutualTls,
      service,
      moment: { at: moment.at, depth: moment.depth + 1 },
    };
    const reached = open ? reach(arriving) : BROKEN_OFF;
    const result = { ...reached, durationMs: reached.durationMs + networkMs };
    setting.onTunnelled?.({
      reporter: "source",
      client: pod,
      server: endpoint,
      service,
      mutualTls,
      flag: reached.status === "error" ? "CONNECT" : "-",
      request,
      result,
      moment,
    });
    return result;
  }

  /** A connection to a captured pod, which its ztunnel lets in or not: by layer 4 alone. */
  enter(pod: KubeObject, arriving: Arriving): JourneyResult {
    const { setting, admitted, answered } = this.ways;
    const mesh = setting.meshOf(pod);
    const { refusal } = admitted(mesh, pod, arriving, "tcp");
    const result = refusal ? BROKEN_OFF : answered(arriving);
    const { endpoint, client, request, peer, moment } = arriving;
    setting.onTunnelled?.({
      reporter: "destination",
      client,
      server: endpoint,
      service: mesh.derive(inbounds)(pod, endpoint.port).service,
      mutualTls: peer !== undefined,
      flag: refusal ? "DENY" : "-",
      request,
      result,
      moment,
    });
    return result;
  }

  /** A request at a waypoint: let in by its policies, sent on by its routes. */
  pass(pod: KubeObject, proxy: ProxyIdentity, arriving: Arriving): JourneyResult {
    const { setting, admitted, send } = this.ways;
    const { client, peer, service, moment, request: given } = arriving;
    // Nothing but ztunnel, in HBONE, is let in.
    if (peer === undefined) return BROKEN_OFF;
    const mesh = setting.meshOf(pod);
    const http = readsHttp({ mesh, client: { proxy, request: given }, trace: undefined });
    const request = http ? { ...given, headers: sanitizedHeaders(given.headers) } : given;
    const by: Passing = { moment, downstream: { client, peer, service } };
    const admission = admitted(mesh, pod, { ...arriving, request }, http ? "http" : "tcp");
    if (!admission.refusal) {
      const headers = applied(request.headers, admission.headers);
      const { path, claims } = admission;
      return send(pod, proxy, http ? { ...request, headers, path, claims } : request, by);
    }
    const { status, details, flags, body } = admission.refusal;
    const headers = http
      ? refusedHeaders(mesh, { proxy, request }, admission.refusal, setting.chance)
      : {};
    const action: Decision["action"] = http
      ? { type: "answer", status, details, flags, headers, body }
      : { type: "close", why: details };
    return send(pod, proxy, request, { ...by, decision: { ...REFUSED, action } });
  }
}

const REFUSED = {
  table: undefined,
  virtualHost: undefined,
  route: undefined,
  routeName: "",
  cluster: undefined,
  upstream: undefined,
  delayMs: 0,
} as const;
