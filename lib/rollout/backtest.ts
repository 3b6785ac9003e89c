import type { Instant } from "@/lib/base/units";
import { judge } from "./judge";
import type { JudgeMemory } from "./judge-memory";
import type { RolloutAnalysis } from "./plan";
import { NO_COUNTS, successRate, type VersionCounts, type WindowCounts } from "./window";

/** One check that the plan would have made, had the stable version been the canary. */
export interface PastCheck {
  readonly at: Instant;
  readonly verdict: "pass" | "fail" | "unknown";
  readonly requests: number;
  /** Percent; null where there were no requests. */
  readonly successRate: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** How a plan would have judged what is known to be good. */
export interface Backtest {
  readonly checks: readonly PastCheck[];
  readonly failed: number;
  readonly unknown: number;
  /** What the first check that failed would have said. */
  readonly why: string | undefined;
}

/**
 * Judges windows of the stable version as if it were the canary, in their order. The threshold judge
 * sees it alone: beside itself it would excuse itself. The sequential judge sees it divided, a share
 * of `percent` as the canary, the rest as the stable version, so that both are equally good.
 */
export function backtest(
  analysis: RolloutAnalysis,
  windows: readonly { readonly at: Instant; readonly counts: VersionCounts }[],
  percent: number,
): Backtest {
  // Numbers of the plan's own were not asked then.
  const judged: RolloutAnalysis = { ...analysis, metrics: [], webhooks: [] };
  const part = Math.min(99, Math.max(1, percent)) / 100;
  let memory: JudgeMemory | null = null;
  let why: string | undefined;
  const checks = windows.map(({ at, counts }): PastCheck => {
    const pair =
      analysis.judge === "threshold"
        ? { canary: counts, stable: NO_COUNTS }
        : { canary: scaled(counts, part), stable: scaled(counts, 1 - part) };
    const window: WindowCounts = { from: at, to: at, ...pair, others: 0, unattributed: 0 };
    const said = judge(judged, window, memory);
    ({ memory } = said);
    const { verdict, message } = said.verdict;
    const isFailure = verdict === "fail" || verdict === "trip";
    if (isFailure) why ??= message;
    const { requests, p50, p95, p99 } = counts;
    const rate = successRate(counts);
    return {
      at,
      verdict: isFailure ? "fail" : verdict,
      ...{ requests, successRate: rate, p50, p95, p99 },
    };
  });
  const count = (verdict: PastCheck["verdict"]) =>
    checks.filter((check) => check.verdict === verdict).length;
  return { checks, failed: count("fail"), unknown: count("unknown"), why };
}

const scaled = (counts: VersionCounts, part: number): VersionCounts => ({
  ...counts,
  requests: counts.requests * part,
  failures: counts.failures * part,
  undelivered: counts.undelivered * part,
  buckets: counts.buckets.map(({ le, count }) => ({ le, count: count * part })),
});
