import type { RequestListener } from "node:http";
import type { ObjectStore, PodNetwork, SimulationClock, TrafficStats } from "@/sandbox/contracts";
import { controlz } from "./controlz";
import { envoyAdmin } from "./envoy/admin-server";
import type { WorkloadAuthority } from "./envoy/workload-certificates";
import { istiodMetrics } from "./istiod-metrics";
import { istiodServer } from "./istiod-server";
import { istiodPods, type ProxyPod, proxyPods } from "./proxy-pod";
import type { FaultBoard } from "./control-plane-faults";
import type { PushEngine } from "./push-engine";

const ISTIOD_PORTS = [15014, 8080] as const;
const CONTROLZ_PORT = 9876;
const ADMIN_PORT = 15000;

interface Setting {
  readonly engine: PushEngine;
  readonly store: ObjectStore;
  readonly clock: SimulationClock;
  readonly network: PodNetwork;
  readonly trafficStats: TrafficStats | undefined;
  readonly authority: WorkloadAuthority;
  readonly faults: FaultBoard;
}

/** Keeps a server on the debug ports of every istiod and every proxy that runs. Returns how to stop. */
export function serveDebugPages(setting: Setting): () => void {
  const { engine, store, clock, network, trafficStats, authority, faults } = setting;
  const certificates = (pod: ProxyPod) => authority.certificatesOf(pod);
  const startedAt = clock.now();
  const serving = new Map<string, () => void>();

  const reconcile = (): void => {
    const mesh = store.view();
    const wanted = new Map<string, () => () => void>();
    for (const { namespace, name } of istiodPods(mesh)) {
      const handler = brokenAsAsked(
        faults,
        name,
        istiodServer({
          connections: () => engine.connectionsOf(name),
          mesh: () => store.view(),
          certificates,
          metricPoints: () =>
            istiodMetrics({
              metrics: engine.metricsOf(name),
              connections: engine.connectionsOf(name),
              mesh: store.view(),
              now: clock.now(),
              startedAt,
              rootEnd: authority.rootEnd(),
            }),
        }),
      );
      wanted.set(`${namespace}/${name}:${CONTROLZ_PORT}`, () =>
        network.serve({ namespace, name, port: CONTROLZ_PORT }, controlz({ name })),
      );
      for (const port of ISTIOD_PORTS) {
        wanted.set(`${namespace}/${name}:${port}`, () =>
          network.serve({ namespace, name, port }, handler),
        );
      }
    }
    for (const { namespace, name, uid } of proxyPods(mesh).values()) {
      wanted.set(`${namespace}/${name}/${uid}:${ADMIN_PORT}`, () =>
        network.serve(
          { namespace, name, port: ADMIN_PORT },
          envoyAdmin({
            clock,
            connection: () => engine.connectionOf(namespace, name),
            mesh: () => engine.meshOf({ namespace, name }),
            trafficStats,
            certificates,
          }),
        ),
      );
    }
    for (const [key, stop] of serving) {
      if (wanted.has(key)) continue;
      stop();
      serving.delete(key);
    }
    for (const [key, start] of wanted) {
      if (!serving.has(key)) serving.set(key, start());
    }
  };

  reconcile();
  const unsubscribe = store.subscribe(({ kind }) => {
    if (kind === "Pod") reconcile();
  });
  return () => {
    unsubscribe();
    for (const stop of serving.values()) stop();
    serving.clear();
  };
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
