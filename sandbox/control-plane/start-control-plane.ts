import { serviceSpec } from "@/lib/k8s/service";
import type {
  ControlPlaneFaults,
  Distribution,
  MetricSource,
  ObjectStore,
  PodNetwork,
  ResourceReview,
  SimulationClock,
  TrafficStats,
} from "@/sandbox/contracts";
import { FaultBoard } from "./control-plane-faults";
import { serveDebugPages } from "./debug-servers";
import { workloadAuthority } from "./envoy/workload-certificates";
import { writeStatuses } from "./gateway-status/write-statuses";
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
  /** What istiod's webhook has said of objects since the start; none where it is left out. */
  readonly reviews?: () => readonly (ResourceReview & { readonly count: number })[];
}

/** What the control plane gives to the rest of the sandbox. */
export interface ControlPlane {
  readonly distribution: Distribution;
  readonly faults: ControlPlaneFaults;
  /** Why nobody answers the API server's webhook calls, as a dialler says it; undefined if one does. */
  webhookFailure(): string | undefined;
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
  const startedAt = clock.now();
  const faults = new FaultBoard(() => clock.now());
  const authority = workloadAuthority(clock, faults);
  const engine = new PushEngine(store, clock, seed, faults);
  const answers = ({ name }: { name: string }): boolean =>
    faults.conditionOfIstiod(name).kind !== "down";
  const stopStatuses = writeStatuses(store, clock, () => istiodPods(store.view()).some(answers));
  const stopPages = serveDebugPages({ ...setting, engine, authority, faults });
  return {
    distribution: engine,
    faults,
    webhookFailure() {
      const istiods = istiodPods(store.view());
      // A cluster without istiod has not registered its webhook either.
      if (istiods.length === 0 || istiods.some(answers)) return undefined;
      const service = store.get("Service", "istio-system", "istiod");
      const address = (service && serviceSpec(service).clusterIP) ?? "istiod.istio-system.svc";
      return `dial tcp ${address}:443: connect: connection refused`;
    },
    metricSources: () =>
      istiodPods(store.view()).map(({ namespace, name, ip }, index) => ({
        job: "istiod",
        instance: `${ip}:15014`,
        labels: { namespace, pod: name },
        collect: () =>
          faults.conditionOfIstiod(name).kind === "down"
            ? undefined
            : istiodMetrics({
                metrics: engine.metricsOf(name),
                connections: engine.connectionsOf(name),
                mesh: store.view(),
                now: clock.now(),
                startedAt,
                rootEnd: authority.rootEnd(),
                // The API server stays with one replica, for as long as it answers.
                reviews: index === 0 ? (setting.reviews?.() ?? []) : [],
              }),
      })),
    stop() {
      stopPages();
      stopStatuses();
      engine.stop();
    },
  };
}
