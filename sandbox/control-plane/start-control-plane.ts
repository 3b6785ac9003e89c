import type {
  Distribution,
  MetricSource,
  ObjectStore,
  PodNetwork,
  SimulationClock,
  TrafficStats,
} from "@/sandbox/contracts";
import { serveDebugPages } from "./debug-servers";
import { istiodMetrics } from "./istiod-metrics";
import { istiodPods } from "./proxy-pod";
import { PushEngine } from "./push-engine";

/** What the control plane needs of the sandbox around it. */
export interface ControlPlaneSetting {
  readonly store: ObjectStore;
  readonly clock: SimulationClock;
  readonly network: PodNetwork;
  readonly seed: number;
  /** The counters of the proxies; without them their admin pages show zeros. */
  readonly trafficStats: TrafficStats | undefined;
}

/** What the control plane gives to the rest of the sandbox. */
export interface ControlPlane {
  readonly distribution: Distribution;
  /** One for each istiod that runs now. */
  metricSources(): readonly MetricSource[];
  stop(): void;
}

/**
 * Starts istiod and the proxies' side of it: pushes upon changes, answers on the istiod pods'
 * debug ports and on the admin port of every proxy's pod.
 */
export function startControlPlane(setting: ControlPlaneSetting): ControlPlane {
  const { store, clock, seed } = setting;
  const engine = new PushEngine(store, clock, seed);
  const stopPages = serveDebugPages({ ...setting, engine });
  return {
    distribution: engine,
    metricSources: () =>
      istiodPods(store.view()).map(({ name, ip }) => ({
        job: "istiod",
        instance: `${ip}:15014`,
        collect: () =>
          istiodMetrics({
            metrics: engine.metrics,
            connections: engine.connectionsOf(name),
            mesh: store.view(),
          }),
      })),
    stop() {
      stopPages();
      engine.stop();
    },
  };
}
