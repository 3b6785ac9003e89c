import { serviceFqdn } from "@/lib/istio/host";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { isPodReady, podStatus } from "@/lib/k8s/pod";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { registry } from "@/lib/mesh/registry";
import { indexAt } from "@/lib/routing/chance";
import { readyEndpoints } from "@/lib/routing/dial";
import { proxyOf } from "@/lib/routing/request";
import { UpstreamMemory } from "@/lib/routing/upstream-memory";
import type {
  Distribution,
  MetricSource,
  ObjectStore,
  PodLogs,
  SimulationClock,
  TrafficStats,
} from "@/sandbox/contracts";
import { plainPoints } from "@/sandbox/plain-points";
import { type Random, seededRandom } from "@/sandbox/random";
import { EndpointTotals } from "./endpoint-totals";
import { ProxyTelemetry } from "./proxy-telemetry";
import { Recorder } from "./recorder";
import { Simulation } from "./simulation";
import { followed, type FollowedLoad } from "./followed-load";
import type { TrafficModel } from "./traffic-model";
import { Ztunnels } from "./ztunnels";

/** What the traffic runs on. */
export interface TrafficSetting {
  readonly store: ObjectStore;
  readonly clock: SimulationClock;
  readonly seed: number;
  readonly distribution: Distribution;
  readonly logs: PodLogs;
  readonly model: TrafficModel;
}

/** The traffic while it flows. */
export interface Traffic {
  /** One for each running proxy. */
  metricSources(): readonly MetricSource[];
  readonly stats: TrafficStats;
  /**
   * Makes up the last `ms` of virtual time: requests as if they had been sent then, with a call of
   * `scrape` every `stepMs`. Logs stay empty. Call it once, before time goes on.
   */
  warmUp(ms: number, stepMs: number, scrape: (now: number) => void): void;
  stop(): void;
}

/** Short, so that who asks the API server in the meantime waits for few requests. */
const TICK_MS = 20;
/** So many loads have their turn together. */
const LOADS_AT_ONCE = 64;
/** After a pause of the machine at most this much is made up for. */
const MAX_BEHIND_MS = 2000;
/** From so many loads on one of so many requests of the past is followed, and stands for the others. */
const MANY_LOADS = 100;
const FOLLOWED_OF_PAST = 8;

/** Starts the load of a scenario. Equal seeds and equal times give equal counters. */
export function startTraffic(setting: TrafficSetting): Traffic {
  const { store, clock, model, distribution } = setting;
  const random = seededRandom(setting.seed).fork("traffic");
  const proxies = new Proxies(store);
  const ztunnels = new Ztunnels(store);
  const totals = new EndpointTotals();
  const recorder = new Recorder({
    telemetryOf: (pod) => proxies.of(pod),
    ztunnels,
    totals,
    logs: setting.logs,
    mesh: () => store.view(),
    random: random.fork("request-ids"),
  });
  const sourcesOf = joined();
  const memory = new UpstreamMemory();
  const simulation = new Simulation({
    store,
    clock,
    distribution,
    model,
    random,
    recorder,
    memory,
  });
  const around = { store, simulation, random, recorder };
  const generators = followed(model).map((load) => new Generator(load, around));
  const parts = Array.from({ length: Math.ceil(generators.length / LOADS_AT_ONCE) }, (_, part) =>
    generators.slice(part * LOADS_AT_ONCE, (part + 1) * LOADS_AT_ONCE),
  );
  const beginning = clock.now();
  // All at the same times, one after the other: who asks the API server has a turn between two.
  const stops = parts.map((part) => flowing(part, clock, beginning));
  return {
    stats: {
      endpoint: (pod, cluster, address) => ({
        ...totals.endpoint(pod, cluster, address),
        // Requests take no virtual time as a whole, so none is ever seen under way.
        active: 0,
        ejected: memory.ejected(`${pod.namespace}/${pod.name}`, cluster, clock.now()).has(address),
      }),
      metrics: ({ namespace, name }) => {
        const pod = store.get("Pod", namespace, name);
        return pod && proxyOf(pod) ? plainPoints(proxies.of(pod).istioMetrics()) : [];
      },
    },
    metricSources: () => sourcesOf(proxies.all(), ztunnels.all()),
    warmUp(ms, stepMs, scrape) {
      recorder.logging = false;
      const oneOf = generators.length < MANY_LOADS ? 1 : FOLLOWED_OF_PAST;
      let from = beginning - ms;
      for (let now = from + stepMs; now <= beginning; now += stepMs) {
        for (const generator of generators) generator.run(from, now, oneOf);
        from = now;
        scrape(now);
      }
      recorder.logging = true;
    },
    stop() {
      for (const stop of stops) stop();
      proxies.stop();
      ztunnels.stop();
    },
  };
}

/** Sends what falls due after `beginning`, tick by tick. Returns how to stop. */
function flowing(
  generators: readonly Generator[],
  clock: SimulationClock,
  beginning: number,
): () => void {
  let until = beginning;
  return clock.every(TICK_MS, (now) => {
    const from = Math.max(until, now - MAX_BEHIND_MS);
    for (const generator of generators) generator.run(from, now, 1);
    until = now;
  });
}

/** Both lists in one; the same list for the same two. */
function joined() {
  let [proxies, ztunnels, all]: readonly (readonly MetricSource[])[] = [];
  return (
    newProxies: readonly MetricSource[],
    newZtunnels: readonly MetricSource[],
  ): readonly MetricSource[] => {
    if (!all || proxies !== newProxies || ztunnels !== newZtunnels) {
      [proxies, ztunnels] = [newProxies, newZtunnels];
      all = newZtunnels.length === 0 ? newProxies : [...newProxies, ...newZtunnels];
    }
    return all;
  };
}

/** The telemetry of the proxies that run, by pod; that of a pod ends with it. */
class Proxies {
  private readonly byPod = new Map<string, ProxyTelemetry>();
  private running: readonly ProxyTelemetry[] | undefined;
  readonly stop: () => void;

  constructor(store: ObjectStore) {
    for (const pod of store.view().list("Pod")) this.notice(pod);
    this.stop = store.subscribe(({ type, kind, object }) => {
      if (kind !== "Pod") return;
      if (type !== "DELETED") this.notice(object);
      else if (this.byPod.delete(keyOf(object))) this.running = undefined;
    });
  }

  /** What counts for a pod that does not run is counted nowhere. */
  of(pod: KubeObject): ProxyTelemetry {
    return this.byPod.get(keyOf(pod)) ?? telemetryOf(pod);
  }

  /** Those of all pods that run; the same list until one comes or goes. */
  all(): readonly ProxyTelemetry[] {
    this.running ??= [...this.byPod.values()];
    return this.running;
  }

  private notice(pod: KubeObject): void {
    const key = keyOf(pod);
    if (this.byPod.has(key) || podStatus(pod).podIP === undefined || !proxyOf(pod)) return;
    this.byPod.set(key, telemetryOf(pod));
    this.running = undefined;
  }
}

function telemetryOf(pod: KubeObject): ProxyTelemetry {
  const { namespace = "", name } = pod.metadata;
  return new ProxyTelemetry({ namespace, name, address: podStatus(pod).podIP ?? name });
}

/** A pod that is made anew under its old name begins at zero. */
const keyOf = (pod: KubeObject): string => `${objectKey(pod)}/${pod.metadata.uid ?? ""}`;

/** Sends the requests of one load, each at its own time. */
class Generator {
  constructor(
    private readonly load: FollowedLoad,
    private readonly around: {
      readonly store: ObjectStore;
      readonly simulation: Simulation;
      readonly random: Random;
      readonly recorder: Recorder;
    },
  ) {}

  /**
   * Sends what falls due after `from`, up to and with `to` (ms since the epoch).
   * @param oneOf only each so-manieth is sent, and stands for the others
   */
  run(from: number, to: number, oneOf: number): void {
    const { periodMs, phase } = this.load;
    const after = (time: number): number => Math.floor(time / periodMs - phase) + 1;
    for (let n = after(from); (n + phase) * periodMs <= to; n += 1)
      if (n % oneOf === 0) this.send((n + phase) * periodMs, oneOf);
  }

  private send(at: number, oneOf: number): void {
    const { simulation, random, recorder } = this.around;
    const { service, requests, from, times } = this.load;
    const weights = requests.map(({ weight }) => weight);
    const request = requests[indexAt(weights, random.next())];
    if (!request) return;
    recorder.times = times * oneOf;
    const { method, authority, path, headers } = request;
    const { port } = service;
    const asked = { method, authority, path, headers, port };
    const moment = { at, depth: 0 };
    if (from) {
      const client = this.client(from);
      const host = serviceFqdn(service.name, service.namespace);
      if (client) simulation.start(client, { ...asked, host }, moment);
      return;
    }
    const endpoint = this.endpoint();
    if (endpoint) simulation.arrive(endpoint, { ...asked, port: endpoint.port }, moment);
  }

  /** Where a client outside of the mesh ends up. */
  private endpoint(): Endpoint | undefined {
    const { store, random } = this.around;
    const { namespace, name, port } = this.load.service;
    const mesh = store.view();
    const target = mesh.derive(registry).lookup(serviceFqdn(name, namespace), namespace);
    const ready = target ? readyEndpoints(mesh, target, port) : [];
    return ready[Math.floor(random.next() * ready.length)];
  }

  private client({ namespace, app }: NonNullable<FollowedLoad["from"]>): KubeObject | undefined {
    const { store, random } = this.around;
    const pods = store.view().lookup(PODS_OF_APPS, `${namespace}/${app}`).filter(isPodReady);
    return pods[Math.floor(random.next() * pods.length)];
  }
}

const PODS_OF_APPS: MeshIndex<KubeObject> = {
  kinds: ["Pod"],
  *entries(pod) {
    const { namespace = "", labels } = pod.metadata;
    yield [`${namespace}/${labels?.["app"] ?? ""}`, pod];
  },
};
