import { between, type Instant, instant, type Millis, millis, seconds } from "@/lib/base/units";
import type { MeshView } from "@/lib/mesh/view";
import { hostsOf, signalQueries } from "@/lib/rollout/metric-queries";
import { type Versions, versionsOf } from "@/lib/rollout/preflight";
import { isOf } from "@/lib/rollout/read-window";
import type { WindowCounts } from "@/lib/rollout/window";
import type { Clock, Metrics, Series } from "../ports";
import { measure, rateWindow } from "./measure";
import type { RolloutRecord } from "./rollout-store";

const CHART = seconds(300);
const POINTS = 60;
const DEADLINE = seconds(5);
/** Requests from before the last write are left out, as far as the rest holds a few scrapes. */
const SHORTEST_PART = 3;

/** One line of a chart; null is no data. */
type Points = readonly (number | null)[];

/** One signal of both versions over the last five minutes. */
export interface SignalCharts {
  readonly stable: Points;
  readonly canary: Points;
}

/** What both versions do now, and did in the last minutes. */
export interface GoldenSignals {
  readonly at: Instant;
  /** Counts of the last `windowLength`; undefined where Prometheus cannot be asked. */
  readonly window: WindowCounts | undefined;
  readonly windowLength: Millis;
  /** Why there are no numbers. */
  readonly problem: string | undefined;
  readonly charts:
    Readonly<Record<"requests" | "errorShare" | "p50" | "p95" | "p99", SignalCharts>> | undefined;
}

/** Reads the golden signals of both versions as their callers see them. */
export async function goldenSignals(
  needs: { readonly metrics: Metrics; readonly clock: Clock; readonly mesh: MeshView },
  { rollout, status }: Pick<RolloutRecord, "rollout" | "status">,
  signal: AbortSignal,
): Promise<GoldenSignals> {
  const versions = versionsOf(needs.mesh, rollout);
  const at = needs.clock.now();
  const longest = await rateWindow(needs.metrics, signal);
  const since = status.written === null ? longest : between(status.written.at, at);
  const windowLength = millis(Math.min(longest, Math.max(longest / SHORTEST_PART, since)));
  const measured = await measure(needs, versions, { from: instant(at - windowLength) }, signal);
  if ("error" in measured) {
    return { at, window: undefined, windowLength, problem: measured.error, charts: undefined };
  }
  const charts = await readCharts(needs, versions, { windowLength: longest, signal });
  return { at, window: measured.window, windowLength, problem: undefined, charts };
}

async function readCharts(
  { metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock },
  versions: Versions,
  { windowLength, signal }: { readonly windowLength: Millis; readonly signal: AbortSignal },
): Promise<GoldenSignals["charts"]> {
  const step = millis(Math.ceil(CHART / POINTS / 1000) * 1000);
  // Whole steps of the clock, so that points stay where they are from one reading to the next.
  const end = instant(Math.floor(clock.now() / step) * step);
  const range = { start: instant(end - CHART), end, step };
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
  const hosts = hostsOf(versions.stable, versions.canary);
  const queries = signalQueries(hosts, windowLength / 1000);
  const ask = async (promql: string) => {
    const series = await metrics.queryRange(promql, range, { signal: limited });
    return chartsOf(series, versions, range);
  };
  const [requests, failures, p50, p95, p99] = await Promise.all([
    ask(queries.requests),
    ask(queries.failures),
    ask(queries.p50),
    ask(queries.p95),
    ask(queries.p99),
  ]);
  return { requests, errorShare: sharesOf(failures, requests), p50, p95, p99 };
}

interface Range {
  readonly start: Instant;
  readonly end: Instant;
  readonly step: Millis;
}

function chartsOf(series: readonly Series[], versions: Versions, range: Range): SignalCharts {
  const line = (side: keyof Versions): Points => {
    const count = Math.round(between(range.start, range.end) / range.step) + 1;
    const points: (number | null)[] = Array.from({ length: count }, () => null);
    for (const { labels, points: values } of series) {
      if (!isOf(labels, versions[side])) continue;
      for (const { at, value } of values) {
        const index = Math.round(between(range.start, at) / range.step);
        if (value !== null && index >= 0 && index < count) {
          points[index] = (points[index] ?? 0) + value;
        }
      }
    }
    return points;
  };
  return { stable: line("stable"), canary: line("canary") };
}

/** Failures in percent of requests; null where there were no requests. */
function sharesOf(failures: SignalCharts, requests: SignalCharts): SignalCharts {
  const share = (side: keyof SignalCharts): Points =>
    requests[side].map((total, index) =>
      total === null || total <= 0 ? null : ((failures[side][index] ?? 0) / total) * 100,
    );
  return { stable: share("stable"), canary: share("canary") };
}
