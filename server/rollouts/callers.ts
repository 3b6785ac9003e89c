import type { Instant, Millis } from "@/lib/base/units";
import { compareText } from "@/lib/base/compare-text";
import { callersQuery, hostsOf } from "@/lib/rollout/metric-queries";
import type { Versions } from "@/lib/rollout/preflight";
import type { Metrics } from "../ports";

/** Who asks for the service, and how often. */
export interface Caller {
  /** `namespace/workload`. */
  readonly workload: string;
  readonly requestsPerSecond: number;
}

/** Workloads with requests to either version, the busiest first. @throws AppError of the source */
export async function callersOf(
  metrics: Metrics,
  versions: Versions,
  asked: { readonly at: Instant; readonly past: Millis; readonly signal: AbortSignal },
): Promise<readonly Caller[]> {
  const { at, past, signal } = asked;
  const promql = callersQuery(hostsOf(versions.stable, versions.canary), past);
  const samples = await metrics.query(promql, { at, signal });
  return samples
    .flatMap(({ labels, value }) => {
      const { source_workload: name = "unknown", source_workload_namespace: namespace = "" } =
        labels;
      if (value === null || !(value > 0)) return [];
      const workload = namespace === "" ? name : `${namespace}/${name}`;
      return [{ workload, requestsPerSecond: value / (past / 1000) }];
    })
    .sort(
      (a, b) => b.requestsPerSecond - a.requestsPerSecond || compareText(a.workload, b.workload),
    );
}
