import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { Cluster } from "@/lib/routing/cluster";
import { connect, connectPlain, type Connection } from "@/lib/routing/connection";
import { chooseEvenly } from "@/lib/routing/choose";
import { decide } from "@/lib/routing/decide";
import type { Decision, Draw, Forward } from "@/lib/routing/decision";
import { dial, readyEndpoints } from "@/lib/routing/dial";
import { exchange, type Exchange } from "@/lib/routing/exchange";
import { type ProxyIdentity, proxyOf } from "@/lib/routing/request";
import type { Distribution, ObjectStore } from "@/sandbox/contracts";
import type { Random } from "@/sandbox/random";
import { behaviourOf, sampleLatency, UNKNOWN_APP } from "./app-behaviour";
import {
  countedService,
  type HopRequest,
  type HopResult,
  inboundOf,
  lastTry,
  listens,
} from "./hop";
import { peerOf } from "./peer";
import type { Recorder } from "./recorder";
import type { AppModel, TrafficModel } from "./traffic-model";

/** From one proxy to the next, in ms. */
const NETWORK_MS = 0.4;
/** How long services outside of the cluster take, in ms. */
const OUTSIDE_MS = 35;
const OUTSIDE_BYTES = 2048;
/** Calls that go round in a circle end here, where a real mesh would run out of sockets. */
const MAX_DEPTH = 12;

/** What the simulated requests run on. */
export interface SimulationSetting {
  readonly store: ObjectStore;
  readonly distribution: Distribution;
  readonly model: TrafficModel;
  readonly random: Random;
  readonly recorder: Recorder;
}

/** Where a request stands: when it began there, and how many hops came before it. */
export interface Moment {
  readonly at: number;
  readonly depth: number;
}

const CLOSED: HopResult = { status: 0, durationMs: NETWORK_MS, responseBytes: 0 };

const REFUSED: Connection["failure"] = {
  flag: "UF",
  details:
    "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_111}",
};

/** Walks single requests through the mesh: each proxy decides by what it last acknowledged. */
export class Simulation {
  private readonly draw: Draw;

  constructor(private readonly setting: SimulationSetting) {
    this.draw = () => setting.random.next();
  }

  /** A request that reaches an endpoint from outside of the mesh, in plain text. */
  arrive(endpoint: Endpoint, request: HopRequest, moment: Moment): HopResult {
    const pod = this.livePod(endpoint);
    if (!pod) return CLOSED;
    const deeper = { ...moment, depth: moment.depth + 1 };
    return this.serve(pod, { request, client: undefined, mutualTls: false }, deeper);
  }

  /** A request that an application sends of its own accord. */
  start(pod: KubeObject, request: HopRequest & { readonly host: string }, moment: Moment): void {
    this.ask(pod, proxyOf(pod), request, moment);
  }

  /** What a pod's own proxy makes of a request that goes out through it. */
  private send(
    pod: KubeObject,
    proxy: ProxyIdentity,
    request: HopRequest,
    moment: Moment,
  ): HopResult {
    const mesh = this.setting.distribution.meshOf(podRef(pod));
    const decision = decide(mesh, { proxy, request: { scheme: "http", ...request } }, this.draw);
    const { action, delayMs } = decision;
    if (action.type === "close") return CLOSED;
    if (action.type === "answer") {
      const responseBytes = action.body?.length ?? 0;
      const result = { status: action.status, durationMs: delayMs, responseBytes };
      this.recordSent(pod, proxy, { decision, request, exchanged: undefined, result, moment });
      return result;
    }
    let responseBytes = 0;
    const later = { ...moment, at: moment.at + delayMs };
    const exchanged = exchange(this.guarded(action), this.draw, ({ endpoint, connection }) => {
      const reply = this.reach(pod, { action, request, endpoint, connection }, later);
      responseBytes = reply.responseBytes;
      return { status: reply.status, durationMs: reply.durationMs + NETWORK_MS };
    });
    for (const mirror of action.mirrors) this.mirror(pod, mirror, { action, request }, later);
    const durationMs = delayMs + exchanged.durationMs;
    const result = { status: exchanged.status, durationMs, responseBytes };
    this.recordSent(pod, proxy, { decision, request, exchanged, result, moment });
    return result;
  }

  /** Nobody answers at the address of a pod that is gone, until the proxies learn of it. */
  private guarded(action: Forward): Forward {
    return {
      ...action,
      connect: (endpoint, trace) => {
        const connection = action.connect(endpoint, trace);
        const gone = endpoint.pod && !this.livePod(endpoint);
        return gone ? { ...connection, failure: REFUSED } : connection;
      },
    };
  }

  private reach(
    client: KubeObject,
    way: {
      readonly action: Forward;
      readonly request: HopRequest;
      readonly endpoint: Endpoint;
      readonly connection: Connection;
    },
    moment: Moment,
  ): HopResult {
    const { action, endpoint, connection } = way;
    const pod = this.livePod(endpoint);
    if (!pod) {
      const durationMs = sampleLatency(OUTSIDE_MS, this.setting.random);
      return { status: 200, durationMs, responseBytes: OUTSIDE_BYTES };
    }
    const headers: Record<string, string> = { ...way.request.headers };
    for (const [name, value] of Object.entries(action.requestHeaders)) {
      if (value === null) delete headers[name];
      else headers[name] = value;
    }
    const { authority, path } = action;
    const request = { ...way.request, authority, path, headers, port: endpoint.port };
    const mutualTls = connection.transport === "mutual_tls";
    return this.serve(pod, { request, client, mutualTls }, { ...moment, depth: moment.depth + 1 });
  }

  /** A copy that nobody waits for: only its receiver ever counts it. */
  private mirror(
    client: KubeObject,
    cluster: Cluster,
    way: { readonly action: Forward; readonly request: HopRequest },
    moment: Moment,
  ): void {
    const endpoint = chooseEvenly(cluster.ready, this.draw("endpoint"));
    if (!endpoint) return;
    const mesh = this.setting.distribution.meshOf(podRef(client));
    const connection = connect(mesh, cluster, endpoint);
    if (!connection.failure) this.reach(client, { ...way, endpoint, connection }, moment);
  }

  /** A request that has arrived at a pod: at a gateway, or at an application behind its proxy. */
  private serve(
    pod: KubeObject,
    arrival: {
      readonly request: HopRequest;
      readonly client: KubeObject | undefined;
      readonly mutualTls: boolean;
    },
    moment: Moment,
  ): HopResult {
    const proxy = proxyOf(pod);
    const { request, client, mutualTls } = arrival;
    if (proxy?.type === "router") return this.send(pod, proxy, request, moment);
    const result = this.answer(pod, proxy, request, moment);
    if (!proxy) return result;
    const mesh = this.setting.distribution.meshOf(podRef(pod));
    this.setting.recorder.received(pod, {
      request,
      result,
      at: moment.at,
      client,
      mutualTls,
      clientPeer: client && proxyOf(client) ? peerOf(client) : undefined,
      ...inboundOf(mesh, pod, request.port),
    });
    return result;
  }

  /** The application itself: its own work, and what it asks others for. */
  private answer(
    pod: KubeObject,
    proxy: ProxyIdentity | undefined,
    request: HopRequest,
    moment: Moment,
  ): HopResult {
    const { random } = this.setting;
    const app = this.appOf(pod);
    const behaviour = behaviourOf(pod);
    let durationMs = sampleLatency(behaviour.latencyMs ?? app.latencyMs, random);
    if (random.next() < behaviour.errorRate) {
      return { status: behaviour.errorStatus, durationMs, responseBytes: 0 };
    }
    const version = pod.metadata.labels?.["version"] ?? "";
    for (const call of moment.depth < MAX_DEPTH ? app.calls : []) {
      if (call.versions && !call.versions.includes(version)) continue;
      if (call.onPath && !request.path.startsWith(call.onPath)) continue;
      if (random.next() >= call.share) continue;
      const { host, port, method, path } = call;
      const authority = port === 80 ? host : `${host}:${port}`;
      const asked = { host, port, method, path, authority, headers: request.headers };
      const at = moment.at + durationMs;
      durationMs += this.ask(pod, proxy, asked, { ...moment, at }).durationMs;
    }
    return { status: 200, durationMs, responseBytes: app.responseBytes };
  }

  /** An application asks another one by name; without a proxy nobody decides on the way. */
  private ask(
    pod: KubeObject,
    proxy: ProxyIdentity | undefined,
    request: HopRequest & { readonly host: string },
    moment: Moment,
  ): HopResult {
    const { store, random } = this.setting;
    const namespace = pod.metadata.namespace ?? "";
    const { address, service } = dial(store.view(), request.host, namespace, random.next());
    if (proxy) return this.send(pod, proxy, { ...request, address }, moment);
    if (!service) return { status: 200, durationMs: OUTSIDE_MS, responseBytes: OUTSIDE_BYTES };
    // kube-proxy picks, and plain text it is.
    const reachable = readyEndpoints(store.view(), service, request.port);
    const endpoint = chooseEvenly(reachable, random.next());
    if (!endpoint || connectPlain(store.view(), endpoint).failure) return CLOSED;
    return this.arrive(endpoint, { ...request, port: endpoint.port }, moment);
  }

  private appOf(pod: KubeObject): AppModel {
    const { namespace = "", labels } = pod.metadata;
    return this.setting.model.apps[`${namespace}/${labels?.["app"] ?? ""}`] ?? UNKNOWN_APP;
  }

  private livePod(endpoint: Endpoint): KubeObject | undefined {
    if (!endpoint.pod) return undefined;
    const { namespace = "", name } = endpoint.pod.metadata;
    const pod = this.setting.store.get("Pod", namespace, name);
    return listens(pod) ? pod : undefined;
  }

  private recordSent(
    pod: KubeObject,
    proxy: ProxyIdentity,
    sent: {
      readonly decision: Decision;
      readonly request: HopRequest;
      readonly exchanged: Exchange | undefined;
      readonly result: HopResult;
      readonly moment: Moment;
    },
  ): void {
    const { decision, request, exchanged, result, moment } = sent;
    const last = exchanged && lastTry(exchanged);
    const answered = decision.action.type === "answer" ? decision.action : undefined;
    const flags = exchanged
      ? [...(decision.delayMs > 0 ? ["DI"] : []), ...exchanged.flags]
      : (answered?.flags ?? []);
    this.setting.recorder.sent(pod, {
      request,
      result,
      at: moment.at,
      decision,
      exchanged,
      flags: flags.join(",") || "-",
      details: exchanged?.details ?? answered?.details ?? "-",
      service: countedService(decision, proxy, request.authority),
      serverPeer: last?.endpoint.pod && peerOf(last.endpoint.pod),
      mutualTls: last?.connection.transport === "mutual_tls" && !last.connection.failure,
      key: objectKey(pod),
    });
  }
}

const podRef = (pod: KubeObject) => ({
  namespace: pod.metadata.namespace ?? "",
  name: pod.metadata.name,
});
