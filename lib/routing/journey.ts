import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import type { Admission } from "@/lib/mesh/arrival";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { MeshView } from "@/lib/mesh/view";
import { isCaptured } from "./ambient";
import { AmbientHops, type Passing } from "./ambient-hops";
import { type Cluster, serverName } from "./cluster";
import { connect, connectPlain, type Connection } from "./connection";
import { decide } from "./decide";
import type { Forward } from "./decision";
import { dial, readyEndpoints } from "./dial";
import { exchange, type Exchange } from "./exchange";
import { at } from "./candidates";
import {
  answeredHeaders,
  type Arriving,
  arrivalOf,
  heardOf,
  identityOf,
  inboundLog,
  type Leaving,
  logOf,
} from "./hop";
import { atDoor, refusesClient } from "./gateway-door";
import { inbounds } from "./inbound";
import { type JourneyResult, type JourneySetting, type Moment, NOTHING } from "./journey-setting";
import { refusedHeaders } from "./refused-headers";
import { routedHeaders, sanitizedHeaders } from "./proxy-headers";
import { normalizePath } from "./normalize-path";
import { isAlive, prepared } from "./prepared-forward";
import { type MeshRequest, type ProxyIdentity, proxyOf } from "./request";
import { applied } from "./rewrite";

/** Walks requests from proxy to proxy: each decides by what it knows of the mesh. */
export class Journey {
  private readonly ambient: AmbientHops;

  constructor(private readonly setting: JourneySetting) {
    this.ambient = new AmbientHops({
      setting,
      reach: (arriving) => this.reach(arriving),
      answered: (arriving) => this.answered(arriving),
      admitted: (...arrived) => this.admitted(...arrived),
      send: (...leaving) => this.send(...leaving),
    });
  }

  /** What the application of `pod` gets when it sends a request to a name or an address. */
  depart(pod: KubeObject, host: string, request: MeshRequest, moment: Moment): JourneyResult {
    const { chance } = this.setting;
    const mesh = this.setting.meshOf(pod);
    const { address, service } = dial(mesh, host, pod.metadata.namespace ?? "", chance);
    const proxy = proxyOf(pod);
    const sourceAddress = podStatus(pod).podIP;
    if (proxy) return this.send(pod, proxy, { ...request, address, sourceAddress }, { moment });
    if (isCaptured(mesh, pod)) {
      return this.ambient.depart(pod, { address: address ?? host, service }, request, moment);
    }
    // kube-proxy picks, and plain text it is.
    const found = service
      ? readyEndpoints(mesh, service, request.port)
      : at(mesh, address ?? host, request.port);
    const endpoint = found[chance.evenly("endpoint", found.length)];
    if (!endpoint) return NOTHING;
    return this.arrive(endpoint, { ...request, port: endpoint.port }, moment, pod);
  }

  /** A request that reaches an endpoint in plain text without a proxy of its client's. */
  arrive(
    endpoint: Endpoint,
    request: MeshRequest,
    moment: Moment,
    client?: KubeObject,
  ): JourneyResult {
    if (endpoint.pod) {
      if (!isAlive(this.setting, endpoint)) return NOTHING;
      if (connectPlain(this.setting.meshOf(endpoint.pod), endpoint).failure) return NOTHING;
    }
    return this.reach({ endpoint, request, client, peer: undefined, moment });
  }

  /** What a pod's own proxy makes of a request that goes out through it. */
  private send(
    pod: KubeObject,
    proxy: ProxyIdentity,
    given: MeshRequest,
    { moment, downstream, decision: made }: Passing,
  ): JourneyResult {
    const request = { ...given, headers: sanitizedHeaders(given.headers) };
    const mesh = this.setting.meshOf(pod);
    const trace = this.setting.trace?.(objectKey(pod));
    const decision = made ?? decide(mesh, { proxy, request }, this.setting.chance, trace);
    const leaving = { pod, downstream, proxy, request, decision, moment };
    const { action, delayMs } = decision;
    if (action.type === "forward") return this.forward(leaving, action);
    if (action.type === "close") {
      // A gateway has no socket there at all. A sidecar takes the connection and hangs up at once:
      // mostly the client's first bytes come too late and are answered by a reset.
      const orderly = proxy.type === "sidecar" && this.setting.chance.falls("closing", 10);
      return this.noted(leaving, undefined, { ...NOTHING, status: orderly ? "closed" : "error" });
    }
    return this.noted(leaving, undefined, {
      ...NOTHING,
      status: action.status,
      durationMs: delayMs,
      bytes: action.body?.length ?? 0,
      responseHeaders: action.headers,
    });
  }

  private forward(leaving: Leaving, action: Forward): JourneyResult {
    const { pod, decision, moment } = leaving;
    const { networkMs, chance } = this.setting;
    const later = { at: moment.at + decision.delayMs, depth: moment.depth + 1 };
    let last = NOTHING;
    const exchanged = exchange(
      prepared(this.setting, leaving, action, later.at),
      chance,
      ({ endpoint, connection }, attempt) => {
        last = this.tried(leaving, action, { endpoint, connection, attempt, moment: later });
        return heardOf(last, endpoint, { networkMs, http: action.protocol === "http" });
      },
      this.setting.trace?.(objectKey(pod)),
    );
    for (const mirror of action.mirrors) this.mirror(leaving, action, mirror, later);
    const durationMs = decision.delayMs + exchanged.durationMs;
    const relayed = exchanged.details === "via_upstream";
    if (action.protocol === "tcp") {
      const status = relayed ? last.status : "closed";
      return this.noted(leaving, exchanged, { ...(relayed ? last : NOTHING), status, durationMs });
    }
    if (!relayed) {
      const overloaded = exchanged.details.includes("{overflow}");
      const responseHeaders = {
        ...(overloaded ? { "x-envoy-overloaded": "true" } : {}),
        ...answeredHeaders(action, undefined),
      };
      const own = { ...NOTHING, status: exchanged.status, durationMs, responseHeaders };
      return this.noted(leaving, exchanged, own);
    }
    const responseHeaders = answeredHeaders(action, last.responseHeaders);
    return this.noted(leaving, exchanged, { ...last, durationMs, responseHeaders });
  }

  /** One try of a request that goes on. */
  private tried(
    { pod, request, decision }: Leaving,
    action: Forward,
    way: {
      readonly endpoint: Endpoint;
      readonly connection: Connection;
      readonly attempt: number;
      readonly moment: Moment;
    },
  ): JourneyResult {
    const { endpoint, connection, attempt, moment } = way;
    const { upstream } = decision;
    const service = upstream?.waypoint && upstream.service; // whose address a waypoint is told
    const base = {
      ...request,
      port: upstream && service ? upstream.port.number : endpoint.port,
      address: service?.addresses[0] ?? endpoint.address,
    };
    const routed = action.protocol === "http" && decision.table !== undefined;
    const onward: MeshRequest = routed
      ? {
          ...base,
          authority: action.authority,
          path: action.path,
          headers: routedHeaders(request.headers, action, {
            path: normalizePath(request.path),
            attempt,
          }),
        }
      : base;
    const mutual = connection.transport === "mutual_tls";
    const peer = mutual ? identityOf(this.setting.meshOf(pod), pod) : undefined;
    const secure = connection.transport !== "plain";
    const sni = secure && upstream ? serverName(upstream) : request.sni;
    const sent = { ...onward, sni };
    return this.reach({ endpoint, request: sent, client: pod, peer, secure, service, moment });
  }

  /** A copy that nobody waits for. */
  private mirror(leaving: Leaving, action: Forward, cluster: Cluster, moment: Moment): void {
    if (!this.setting.onReceived) return;
    const { ready } = cluster;
    const endpoint = ready[this.setting.chance.evenly("endpoint", ready.length)];
    if (!endpoint || !isAlive(this.setting, endpoint)) return;
    const connection = connect(this.setting.meshOf(leaving.pod), cluster, endpoint);
    if (!connection.failure) {
      this.tried(leaving, action, { endpoint, connection, attempt: 1, moment });
    }
  }

  private reach(arriving: Arriving): JourneyResult {
    const { pod } = arriving.endpoint;
    if (!pod) return this.answered(arriving);
    const proxy = proxyOf(pod);
    if (proxy?.type === "router") return this.enterGateway(pod, proxy, arriving);
    if (proxy?.type === "waypoint") return this.ambient.pass(pod, proxy, arriving);
    if (proxy) return this.enter(pod, arriving);
    const captured = isCaptured(this.setting.meshOf(pod), pod);
    return captured ? this.ambient.enter(pod, arriving) : this.answered(arriving);
  }

  private answered(arriving: Arriving): JourneyResult {
    const { endpoint, request, peer, moment } = arriving;
    const reached = { pod: endpoint.pod, endpoint, request, peer, moment };
    const { status, durationMs, bytes } = this.setting.respond(reached);
    const heard = request.protocol === "tcp" ? ("tcp" as const) : status;
    return { ...NOTHING, status: heard, durationMs, bytes, reached };
  }

  /** A request at the proxy beside an application. */
  private enter(pod: KubeObject, arriving: Arriving): JourneyResult {
    const { endpoint, client, peer, moment } = arriving;
    const mesh = this.setting.meshOf(pod);
    const inbound = mesh.derive(inbounds)(pod, endpoint.port);
    const tcp = inbound.protocol === "tcp" || arriving.request.protocol === "tcp";
    const { applicationPort: port } = inbound;
    const given = arriving.request;
    const request = tcp ? given : { ...given, headers: sanitizedHeaders(given.headers) };
    const admission = this.admitted(mesh, pod, { ...arriving, request }, tcp ? "tcp" : "http");
    const { refusal } = admission;
    let result: JourneyResult;
    if (refusal) {
      result = tcp
        ? { ...NOTHING, status: "closed" }
        : { ...NOTHING, status: refusal.status, responseHeaders: refusal.headers };
    } else if (tcp) result = this.answered({ ...arriving, request: { ...request, port } });
    else {
      const headers = applied(request.headers, admission.headers);
      result = this.answered({
        ...arriving,
        request: { ...request, port, headers, path: admission.path },
      });
    }
    const log = inboundLog(inbound, refusal, tcp);
    result = { ...result, log };
    const event = { pod, client, request, peer, inbound, admission, log, result, moment };
    this.setting.onReceived?.(event);
    return result;
  }

  /** A request at a gateway, which lets it in and sends it on. */
  private enterGateway(pod: KubeObject, proxy: ProxyIdentity, arriving: Arriving): JourneyResult {
    const mesh = this.setting.meshOf(pod);
    const { listener, request } = atDoor(mesh, proxy, arriving);
    if (refusesClient(listener, arriving)) return NOTHING;
    const protocol = listener.type === "bytes" || request.protocol === "tcp" ? "tcp" : "http";
    const arrived = { ...arriving, request };
    const { refusal, ...admitted } = this.admitted(mesh, pod, arrived, protocol);
    if (refusal) {
      const { status, details, flags } = refusal;
      const log = { flags, details, route: "", cluster: undefined, attempts: 0 };
      if (protocol === "tcp") return { ...NOTHING, status: "closed", log };
      const headers = refusedHeaders(mesh, { proxy, request }, refusal, this.setting.chance);
      return { ...NOTHING, status, responseHeaders: headers, log };
    }
    const onward = {
      ...request,
      headers: applied(request.headers, admitted.headers),
      path: admitted.path,
      claims: admitted.claims,
    };
    return this.send(pod, proxy, onward, { moment: arriving.moment });
  }

  private admitted(
    mesh: MeshView,
    pod: KubeObject,
    arriving: Arriving,
    protocol: "http" | "tcp",
  ): Admission {
    const arrival = arrivalOf(pod, arriving, protocol);
    const trace = this.setting.trace?.(objectKey(pod));
    return this.setting.admit(mesh)(
      arrival,
      trace && ((step) => trace({ step: "authorization", ...step })),
    );
  }

  /** Notes what the client's proxy logs. Where a pod asks itself, its inbound side is done first. */
  private noted(
    leaving: Leaving,
    exchanged: Exchange | undefined,
    result: JourneyResult,
  ): JourneyResult {
    const { pod, decision } = leaving;
    const log = logOf(decision, exchanged);
    const own = exchanged?.tries.at(-1)?.endpoint.pod === pod;
    const logged = { ...result, log: own ? (result.log ?? log) : log };
    this.setting.onSent?.({ ...leaving, exchanged, log, result: logged });
    return logged;
  }
}
