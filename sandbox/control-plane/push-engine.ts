import { KINDS } from "@/lib/istio/kinds";
import { isVisibleTo } from "@/lib/istio/visibility";
import type { MeshView } from "@/lib/mesh/view";
import type { Distribution, ObjectStore, SimulationClock, StoreEvent } from "@/sandbox/contracts";
import { configRefusal } from "./config-refusal";
import { FaultBoard } from "./control-plane-faults";
import { heldMeshFactory } from "./held-mesh";
import { type Changes, PendingChanges } from "./pending-changes";
import { ProxyConnection, type Push } from "./proxy-connection";
import { istiodPods, type ProxyPod, proxyPod, proxyPods } from "./proxy-pod";
import { PushMetrics } from "./push-metrics";
import { seededHex } from "./seeded-delay";
import { watchedTypes } from "./watched-types";
import { XDS_TYPES } from "./xds-type";

/** istiod waits so long after the last change before it pushes (PILOT_DEBOUNCE_AFTER), in ms. */
const DEBOUNCE_MS = 100;
/** and never longer than this (PILOT_DEBOUNCE_MAX), in ms. */
const LONGEST_DEBOUNCE_MS = 10_000;

/** So many proxies are sent a push before whoever asks the API server has his turn. */
const PROXIES_AT_ONCE = 200;

const ALL_TYPES: XdsTypes = new Set(XDS_TYPES);

type XdsTypes = ReadonlySet<(typeof XDS_TYPES)[number]>;

interface Attached {
  readonly connection: ProxyConnection;
  /** Name of the istiod pod; undefined while none runs. */
  readonly istiod: string | undefined;
}

/** The control plane's heart: hears of changes, pushes, and knows what each proxy holds. */
export class PushEngine implements Distribution {
  private readonly metrics = new Map<string, PushMetrics>();
  private readonly attached = new Map<string, Attached>();
  private readonly pending: PendingChanges;
  private readonly meshOfHeld = heldMeshFactory();
  private readonly unsubscribe: () => void;
  private connections = 0;
  private lastPush: Push;
  private lastAttached:
    { readonly pods: ReadonlyMap<string, ProxyPod>; readonly istiods: string } | undefined;
  private firstChangeAt: number | undefined;
  private cancelPush: (() => void) | undefined;
  private readonly waves = new Set<() => void>();

  constructor(
    private readonly store: ObjectStore,
    private readonly clock: SimulationClock,
    private readonly seed: number,
    private readonly faults = new FaultBoard(() => clock.now()),
  ) {
    faults.notify({
      istiodChanged: () => {
        this.attachProxies(this.store.view());
      },
      proxyChanged: (pod) => {
        this.repeat(pod);
      },
    });
    const mesh = store.view();
    this.pending = new PendingChanges(
      mesh,
      KINDS.map(({ id }) => id),
    );
    this.lastPush = this.nextPush(mesh, clock.now(), 1);
    this.attachProxies(mesh);
    this.unsubscribe = store.subscribe((event) => {
      this.changed(event);
    });
  }

  /** The mesh as the proxy of this pod holds it; the stored one for a pod that has no proxy yet. */
  meshOf({ namespace, name }: { namespace: string; name: string }): MeshView {
    const attached = this.attached.get(`${namespace}/${name}`);
    return attached ? this.meshOfHeld(attached.connection.held()) : this.store.view();
  }

  /** What one istiod has counted, by the name of its pod. */
  metricsOf(istiod: string): PushMetrics {
    let metrics = this.metrics.get(istiod);
    if (!metrics) {
      metrics = new PushMetrics();
      this.metrics.set(istiod, metrics);
    }
    return metrics;
  }

  /** The connections of one istiod, by the name of its pod. */
  connectionsOf(istiod: string): readonly ProxyConnection[] {
    return [...this.attached.values()]
      .filter((attached) => attached.istiod === istiod)
      .map(({ connection }) => connection);
  }

  /** The stream of a pod's proxy; undefined for a pod without one. */
  connectionOf(namespace: string, name: string): ProxyConnection | undefined {
    return this.attached.get(`${namespace}/${name}`)?.connection;
  }

  stop(): void {
    this.unsubscribe();
    this.cancelPush?.();
    for (const cancel of this.waves) cancel();
    for (const { connection } of this.attached.values()) connection.close();
  }

  private changed(event: StoreEvent): void {
    if (event.kind === "Pod") this.podChanged(event);
    const moves = this.pending.add(event);
    if (moves)
      for (const name of this.metrics.keys()) this.metricsOf(name).triggered(triggerOf(event));
    if (!moves && event.kind !== "Pod") return;
    const now = this.clock.now();
    this.firstChangeAt ??= now;
    const waited = now - this.firstChangeAt;
    this.cancelPush?.();
    this.cancelPush = this.clock.after(
      Math.max(0, Math.min(DEBOUNCE_MS, LONGEST_DEBOUNCE_MS - waited)),
      () => {
        this.pushAll();
      },
    );
  }

  /** A proxy sees its own pod at once, as its agent does. */
  private podChanged({ object }: StoreEvent): void {
    const { namespace = "", name } = object.metadata;
    const connection = this.connectionOf(namespace, name);
    const pod = proxyPod(object);
    if (!connection || !pod || pod.uid !== connection.pod.uid) return;
    const before = JSON.stringify(connection.pod.annotations);
    connection.pod = pod;
    if (JSON.stringify(pod.annotations) === before) return;
    this.repeat(pod);
  }

  /** Sends a proxy whose manners have changed all that it should have. */
  private repeat({ namespace, name }: { namespace: string; name: string }): void {
    const attached = this.attached.get(`${namespace}/${name}`);
    if (attached?.istiod === undefined) return;
    attached.connection.wake();
    attached.connection.push(ALL_TYPES, this.takePush(this.store.view(), this.clock.now()));
  }

  private pushAll(): void {
    const mesh = this.store.view();
    const startedAt = this.firstChangeAt ?? this.clock.now();
    this.firstChangeAt = undefined;
    this.cancelPush = undefined;
    const changes = this.pending.take();
    const push = changes.size > 0 ? this.takePush(mesh, startedAt) : this.lastPush;
    this.attachProxies(mesh);
    this.pushTo([...this.attached.values()], { push, types: typesByProxy(changes) });
  }

  /** Sends a push to some proxies now, and to the others at the same virtual time, but a little later. */
  private pushTo(
    attached: readonly Attached[],
    wave: { readonly push: Push; readonly types: (pod: ProxyPod) => XdsTypes },
  ): void {
    const { push, types } = wave;
    for (const one of attached.slice(0, PROXIES_AT_ONCE)) {
      const { connection, istiod } = one;
      const { namespace, name } = connection.pod;
      if (istiod === undefined || this.attached.get(`${namespace}/${name}`) !== one) continue;
      connection.watch(watchedTypes(connection.pod, push.mesh), push);
      const condition = this.faults.conditionOfIstiod(istiod);
      const behind = condition.kind === "slow" ? condition.delayMs : 0;
      this.metricsOf(istiod).dequeued(behind + queuedMs(push, connection));
      connection.push(types(connection.pod), push);
    }
    if (attached.length <= PROXIES_AT_ONCE) return;
    const cancel = this.clock.after(0, () => {
      this.waves.delete(cancel);
      this.pushTo(attached.slice(PROXIES_AT_ONCE), wave);
    });
    this.waves.add(cancel);
  }

  private takePush(mesh: MeshView, startedAt: number): Push {
    this.lastPush = this.nextPush(mesh, startedAt, this.lastPush.number + 1);
    return this.lastPush;
  }

  private nextPush(mesh: MeshView, startedAt: number, number: number): Push {
    const stamp = new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
    return { number, version: `${stamp}/${number}`, mesh, startedAt };
  }

  /** Drops the streams of pods that are gone or whose istiod is, and opens those that are missing. */
  private attachProxies(mesh: MeshView): void {
    const pods = proxyPods(mesh);
    const istiods = istiodPods(mesh)
      .map(({ name }) => name)
      .filter((name) => this.faults.conditionOfIstiod(name).kind !== "down");
    const known = this.lastAttached;
    if (known?.pods === pods && known.istiods === istiods.join()) return;
    this.lastAttached = { pods, istiods: istiods.join() };
    for (const [key, { connection }] of this.attached) {
      const pod = pods.get(key);
      if (pod?.uid === connection.pod.uid) continue;
      connection.close();
      this.attached.delete(key);
    }
    for (const [key, pod] of pods) {
      const present = this.attached.get(key);
      if (present && (istiods.length === 0 || istiods.includes(present.istiod ?? ""))) {
        if (istiods.length === 0 && present.istiod !== undefined) {
          present.connection.close();
          this.attached.set(key, { connection: present.connection, istiod: undefined });
        }
        continue;
      }
      this.attach(key, pod, istiods);
    }
  }

  private attach(key: string, pod: ProxyPod, istiods: readonly string[]): void {
    const held = this.attached.get(key)?.connection.held();
    this.attached.get(key)?.connection.close();
    const turn = Number.parseInt(seededHex(`${this.seed}/${key}`, 3), 16);
    const istiod = istiods[turn % Math.max(1, istiods.length)];
    const connection = new ProxyConnection(
      {
        clock: this.clock,
        seed: this.seed,
        events: this.metricsOf(istiod ?? ""),
        istiodDelayMs: () => {
          const condition = this.faults.conditionOfIstiod(istiod ?? "");
          return condition.kind === "slow" ? condition.delayMs : 0;
        },
        condition: () => this.faults.conditionOfProxy(pod),
        refusal: configRefusal,
      },
      pod,
      ++this.connections,
      held ? this.meshOfHeld(held) : this.lastPush.mesh,
    );
    this.attached.set(key, { connection, istiod });
    this.metricsOf(istiod ?? "").connected += 1;
    if (istiod !== undefined)
      connection.watch(watchedTypes(pod, this.lastPush.mesh), this.lastPush);
  }
}

/** Pushing takes no virtual time: how long a proxy stood in the queue is made up, below a ms. */
const queuedMs = ({ number }: Push, { id }: ProxyConnection): number =>
  Number.parseInt(seededHex(`${id}/${number}`, 2), 16) / 256;

/** Why istiod pushes, as its metrics name it. */
const triggerOf = ({ kind }: StoreEvent): string =>
  kind === "EndpointSlice" || kind === "Pod"
    ? "endpoint"
    : kind === "Service"
      ? "service"
      : "config";

/** The types of which a proxy must hear. */
function typesByProxy(changes: Changes): (pod: ProxyPod) => XdsTypes {
  const known = new Map<string, XdsTypes>();
  return ({ namespace, type: proxy }) => {
    const audience = proxy === "sidecar" ? "sidecars" : "routers";
    const key = `${audience}/${namespace}`;
    const found =
      known.get(key) ??
      new Set(
        XDS_TYPES.filter((type) => {
          const scope = changes.get(type)?.[audience];
          return scope !== undefined && isVisibleTo(scope, namespace);
        }),
      );
    known.set(key, found);
    return found;
  };
}
