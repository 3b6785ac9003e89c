import { authorizer } from "@/lib/authz/authorizer";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type { Admit } from "@/lib/mesh/arrival";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { MeshView } from "@/lib/mesh/view";
import { sampling } from "@/lib/routing/chance";
import type { Try } from "@/lib/routing/exchange";
import { Journey } from "@/lib/routing/journey";
import type {
  ApplicationCall,
  ApplicationReply,
  JourneyResult,
  Moment,
  ReceivedEvent,
  SentEvent,
} from "@/lib/routing/journey-setting";
import { type MeshRequest, proxyOf } from "@/lib/routing/request";
import type { UpstreamMemory } from "@/lib/routing/upstream-memory";
import type { Distribution, ObjectStore, SimulationClock } from "@/sandbox/contracts";
import type { Random } from "@/sandbox/random";
import { behaviourOf, sampleLatency, UNKNOWN_APP } from "./app-behaviour";
import { countedService, type HopRequest, type HopResult, receivedService } from "./hop";
import { peerOf, serverPeerOf } from "./peer";
import type { Recorder } from "./recorder";
import type { AppModel, TrafficModel } from "./traffic-model";
import { verifySignature } from "./verify-signature";

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
  readonly clock: SimulationClock;
  readonly distribution: Distribution;
  readonly model: TrafficModel;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly memory: UpstreamMemory;
}

/** Walks single requests through the mesh: each proxy decides by what it last acknowledged. */
export class Simulation {
  private readonly journey: Journey;
  private readonly admits = new WeakMap<MeshView, Admit>();

  constructor(private readonly setting: SimulationSetting) {
    const { random, distribution } = setting;
    this.journey = new Journey({
      chance: sampling(() => random.next()),
      networkMs: NETWORK_MS,
      meshOf: (pod) => distribution.meshOf(podRef(pod)),
      admit: (mesh) => this.admit(mesh),
      respond: (call) => this.respond(call),
      memory: setting.memory,
      isAlive: (pod) => this.isAlive(pod),
      onSent: (event) => this.recordSent(event),
      onReceived: (event) => this.recordReceived(event),
      onTunnelled: (event) =>
        setting.recorder.tunnelled(
          { ...event, at: event.moment.at },
          event.request,
          hopResult(event.result),
        ),
    });
  }

  /** A request that reaches an endpoint from outside of the mesh, in plain text. */
  arrive(endpoint: Endpoint, request: HopRequest, moment: Moment): void {
    this.journey.arrive(endpoint, { scheme: "http", ...request }, moment);
  }

  /** A request that an application sends of its own accord. */
  start(pod: KubeObject, request: HopRequest & { readonly host: string }, moment: Moment): void {
    this.journey.depart(pod, request.host, { scheme: "http", ...request }, moment);
  }

  private admit(mesh: MeshView): Admit {
    const known = this.admits.get(mesh);
    if (known) return known;
    const { clock } = this.setting;
    const now = () => Math.floor(clock.now() / 1000);
    const admit = authorizer(mesh, { verify: verifySignature, now });
    this.admits.set(mesh, admit);
    return admit;
  }

  /** The application itself: its own work, and what it asks others for. */
  private respond({ pod: addressed, request, moment }: ApplicationCall): ApplicationReply {
    const { random } = this.setting;
    // The client's proxy knows the pod as it was at the last push; it behaves as it is now.
    const pod = addressed && (this.nowOf(addressed) ?? addressed);
    if (!pod) {
      const durationMs = sampleLatency(OUTSIDE_MS, random);
      return { status: 200, durationMs, bytes: OUTSIDE_BYTES };
    }
    const app = this.appOf(pod);
    const behaviour = behaviourOf(pod);
    let durationMs = sampleLatency(behaviour.latencyMs ?? app.latencyMs, random);
    if (random.next() < behaviour.errorRate) {
      return { status: behaviour.errorStatus, durationMs, bytes: 0 };
    }
    const version = pod.metadata.labels?.["version"] ?? "";
    for (const call of moment.depth < MAX_DEPTH ? app.calls : []) {
      if (call.versions && !call.versions.includes(version)) continue;
      if (call.onPath && !request.path.startsWith(call.onPath)) continue;
      if (random.next() >= call.share) continue;
      const { host, port, method, path } = call;
      const asked: MeshRequest = {
        port,
        method,
        path,
        scheme: "http",
        authority: port === 80 ? host : `${host}:${port}`,
        headers: forwarded(request.headers),
      };
      const at = moment.at + durationMs;
      durationMs += this.journey.depart(pod, host, asked, { ...moment, at }).durationMs;
    }
    return { status: 200, durationMs, bytes: app.responseBytes };
  }

  private appOf(pod: KubeObject): AppModel {
    const { namespace = "", labels } = pod.metadata;
    return this.setting.model.apps[`${namespace}/${labels?.["app"] ?? ""}`] ?? UNKNOWN_APP;
  }

  /** Whether anybody listens in a pod: it is there still and nobody has asked to delete it. */
  private isAlive(pod: KubeObject): boolean {
    const found = this.nowOf(pod);
    return found !== undefined && !found.metadata.deletionTimestamp;
  }

  private nowOf({ metadata: { namespace = "", name } }: KubeObject): KubeObject | undefined {
    return this.setting.store.get("Pod", namespace, name);
  }

  private recordSent(event: SentEvent): void {
    const { pod, proxy, decision, request, exchanged, log, result, moment, downstream } = event;
    // Nobody connects to a port of a gateway on which it does not listen.
    if (decision.action.type === "close") return;
    const last = exchanged?.tries.at(-1);
    const { upstream } = decision;
    const key = objectKey(pod);
    this.setting.recorder.sent(pod, {
      ejections: upstream?.policy.outlierDetection
        ? this.setting.memory.ejections(key, upstream.name, moment.at)
        : undefined,
      request,
      result: hopResult(result),
      at: moment.at,
      decision,
      exchanged,
      flags: log.flags.join(",") || "-",
      details: log.details || "-",
      service: countedService(decision, proxy, request.authority, downstream),
      passedOn: downstream && { clientPeer: downstream.client && peerOf(downstream.client) },
      serverPeer: last && serverPeerOf(last.endpoint),
      // Nothing but HBONE reaches a waypoint, wherever it sends the request.
      mutualTls: downstream !== undefined || isMutual(last),
      key,
    });
  }

  private recordReceived(event: ReceivedEvent): void {
    const { pod, client, request, peer, inbound, log, result, moment } = event;
    this.setting.recorder.received(pod, {
      request,
      result: hopResult(result),
      at: moment.at,
      client,
      mutualTls: peer !== undefined,
      clientPeer: client && proxyOf(client) ? peerOf(client) : undefined,
      service: receivedService(inbound),
      protocol: inbound.protocol,
      flags: log.flags.join(",") || "-",
      details: log.details || "-",
    });
  }
}

const isMutual = (last: Try | undefined): boolean =>
  last?.connection.transport === "mutual_tls" && !last.connection.failure;

const hopResult = ({ status, durationMs, bytes }: JourneyResult): HopResult => ({
  status: typeof status === "number" ? status : 0,
  durationMs,
  responseBytes: bytes,
});

/** Applications pass on what they were sent, but not what proxies say to each other. */
function forwarded(headers: MeshRequest["headers"]): MeshRequest["headers"] {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith("x-envoy-"));
  return Object.fromEntries(own);
}

const podRef = (pod: KubeObject) => ({
  namespace: pod.metadata.namespace ?? "",
  name: pod.metadata.name,
});
