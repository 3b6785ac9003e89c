import { type Instant, instant, type Millis, millis, seconds } from "@/lib/base/units";
import { type Backtest, backtest } from "@/lib/rollout/backtest";
import { checkQueries, hostsOf } from "@/lib/rollout/metric-queries";
import type { CanaryRollout } from "@/lib/rollout/plan";
import type { Versions } from "@/lib/rollout/preflight";
import { type CountSample, readWindow } from "@/lib/rollout/read-window";
import type { Random } from "../clock";
import type { Metrics, Series } from "../ports";

/** The last hour in so many windows at most: each is one point of two answers. */
const POINTS = 60;

/** What the plan would have judged in the past, beside the limits. */
export interface PastChecks extends Backtest {
  /** How long each window is: a check's interval, or several where one has too few requests. */
  readonly window: Millis;
}

/**
 * What the checks of a plan would have seen of the stable version up to `at`, with the queries that
 * they will ask. @throws AppError of the source
 */
export async function pastChecks(
  metrics: Metrics,
  { spec }: CanaryRollout,
  asked: {
    readonly versions: Versions;
    readonly at: Instant;
    readonly past: Millis;
    /** Requests/s to the stable version: windows are as long as a verdict needs. */
    readonly requestsPerSecond: number;
    readonly random: Random;
    readonly signal: AbortSignal;
  },
): Promise<PastChecks> {
  const { versions, at, past, signal } = asked;
  const { interval, minRequests } = spec.analysis;
  const perCheck = Math.max(asked.requestsPerSecond * interval, 1e-9);
  const merged = Math.max(1, Math.ceil(minRequests / perCheck));
  const window = seconds(Math.min(interval * merged, past / 1000));
  const step = millis(Math.max(window, Math.ceil(past / POINTS / 1000) * 1000));
  const end = instant(Math.floor(at / step) * step);
  const range = { start: instant(end - past + step), end, step };
  const queries = checkQueries(hostsOf(versions.stable, versions.canary), { window, reach: 0 });
  const ask = async (promql: string) => byTime(await metrics.queryRange(promql, range, { signal }));
  const [requests, durations] = await Promise.all([ask(queries.requests), ask(queries.durations)]);
  const windows = [...requests.keys()]
    .sort((a, b) => a - b)
    .map((time) => {
      const answers = { requests: requests.get(time) ?? [], durations: durations.get(time) ?? [] };
      const span = { from: instant(time - window), to: instant(time) };
      return { at: instant(time), counts: readWindow(answers, versions, span).stable };
    });
  const counted = windows.filter(({ counts }) => counts.requests > 0);
  return { ...backtest(spec, counted, asked.random), window };
}

/** The samples of each moment. */
function byTime(series: readonly Series[]): ReadonlyMap<number, CountSample[]> {
  const times = new Map<number, CountSample[]>();
  for (const { labels, points } of series) {
    for (const { at, value } of points) {
      const known = times.get(at);
      if (known) known.push({ labels, value });
      else times.set(at, [{ labels, value }]);
    }
  }
  return times;
}
