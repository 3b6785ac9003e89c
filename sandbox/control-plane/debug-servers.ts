import type { RequestListener } from "node:http";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type {
  ObjectStore,
  PodNetwork,
  ResourceReview,
  SimulationClock,
  TrafficStats,
} from "@/sandbox/contracts";
import type { FaultBoard } from "./control-plane-faults";
import { controlz } from "./controlz";
import { envoyAdmin, envoyMetrics, type EnvoySetting } from "./envoy/admin-server";
import type { WorkloadAuthority } from "./envoy/workload-certificates";
import { istiodMetrics } from "./istiod-metrics";
import { istiodServer } from "./istiod-server";
import { isRunningIstiod, istiodPods, proxyPod } from "./proxy-pod";
import type { PushEngine } from "./push-engine";

const ISTIOD_PORTS = [15014, 8080] as const;
const CONTROLZ_PORT = 9876;
const ADMIN_PORT = 15000;
/** Of the agent, which merges what the application exposes, and of Envoy alone. */
const METRIC_PORTS = [15020, 15090] as const;

interface Setting {
  readonly engine: PushEngine;
  readonly store: ObjectStore;
  readonly clock: SimulationClock;
  readonly network: PodNetwork;
  readonly trafficStats: TrafficStats | undefined;
  readonly reviews?: () => readonly (ResourceReview & { readonly count: number })[];
  readonly authority: WorkloadAuthority;
  readonly faults: FaultBoard;
}

interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

/** Keeps a server on the debug ports of every istiod and every proxy that runs. Returns how to stop. */
export function serveDebugPages(setting: Setting): () => void {
  const { store } = setting;
  const startedAt = setting.clock.now();
  const serving = new Map<string, { readonly identity: string; readonly stop: () => void }>();

  const update = (pod: KubeObject, gone: boolean): void => {
    const key = objectKey(pod);
    const identity = gone ? undefined : identityOf(pod);
    const known = serving.get(key);
    if (known?.identity === identity) return;
    known?.stop();
    serving.delete(key);
    if (identity === undefined) return;
    const place = { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name };
    const handlers = isRunningIstiod(pod)
      ? istiodHandlers(setting, place, startedAt)
      : proxyHandlers(setting, place);
    const stops = handlers.map(([port, handler]) =>
      setting.network.serve({ ...place, port }, handler),
    );
    serving.set(key, {
      identity,
      stop: () => {
        for (const stop of stops) stop();
      },
    });
  };

  for (const pod of store.view().list("Pod")) update(pod, false);
  const unsubscribe = store.subscribe(({ type, kind, object }) => {
    if (kind === "Pod") update(object, type === "DELETED");
  });
  return () => {
    unsubscribe();
    for (const { stop } of serving.values()) stop();
    serving.clear();
  };
}

/** What serves in a pod: equal for as long as it is the same process. Undefined where nothing does. */
function identityOf(pod: KubeObject): string | undefined {
  if (isRunningIstiod(pod)) return `istiod/${pod.metadata.uid ?? ""}`;
  const proxy = proxyPod(pod);
  return proxy && `proxy/${proxy.uid}`;
}

type Handlers = readonly (readonly [port: number, handler: RequestListener])[];

function istiodHandlers(setting: Setting, { name }: PodRef, startedAt: number): Handlers {
  const { engine, store, clock, authority, faults } = setting;
  const pages = istiodServer({
    connections: () => engine.connectionsOf(name),
    mesh: () => store.view(),
    certificates: (pod) => authority.certificatesOf(pod),
    metricPoints: () =>
      istiodMetrics({
        metrics: engine.metricsOf(name),
        connections: engine.connectionsOf(name),
        mesh: store.view(),
        now: clock.now(),
        startedAt,
        rootEnd: authority.rootEnd(),
        reviews: istiodPods(store.view())[0]?.name === name ? (setting.reviews?.() ?? []) : [],
      }),
  });
  const handler = brokenAsAsked(faults, name, pages);
  return [
    ...ISTIOD_PORTS.map((port) => [port, handler] as const),
    [CONTROLZ_PORT, brokenAsAsked(faults, name, controlz({ name }))],
  ];
}

function proxyHandlers(setting: Setting, place: PodRef): Handlers {
  const { engine, clock, trafficStats, authority } = setting;
  const envoy: EnvoySetting = {
    clock,
    connection: () => engine.connectionOf(place.namespace, place.name),
    mesh: () => engine.meshOf(place),
    trafficStats,
    certificates: (pod) => authority.certificatesOf(pod),
    metrics: () => trafficStats?.metrics(place) ?? [],
  };
  const metrics = envoyMetrics(envoy);
  return [[ADMIN_PORT, envoyAdmin(envoy)], ...METRIC_PORTS.map((port) => [port, metrics] as const)];
}

/** An istiod that is down lets nobody in, and a slow one lets everybody wait. */
const brokenAsAsked =
  (faults: FaultBoard, istiod: string, handler: RequestListener): RequestListener =>
  (request, response) => {
    const condition = faults.conditionOfIstiod(istiod);
    if (condition.kind === "down") request.socket.destroy();
    else if (condition.kind === "healthy") handler(request, response);
    else setTimeout(() => handler(request, response), condition.delayMs);
  };
