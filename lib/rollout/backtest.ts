import type { Instant } from "@/lib/base/units";
import { falseRollbacks, type FalseRollbacks } from "./false-rollbacks";
import { judge } from "./judge";
import type { JudgeMemory } from "./judge-memory";
import type { RolloutSpec } from "./plan";
import { pastAnalysis, split } from "./split";
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
  /** Of whole rollouts over the same time, with a canary that is as good. */
  readonly rollbacks: FalseRollbacks;
}

/** So often the time is gone through, with other splits of its requests. */
const ROUNDS = 20;

/**
 * Judges windows of the stable version as if it were the canary, in their order, and whole rollouts
 * over them. The threshold judge sees it alone: beside itself it would excuse itself. The sequential
 * judge sees it divided at random, the first step's share as the canary.
 */
export function backtest(
  spec: RolloutSpec,
  windows: readonly { readonly at: Instant; readonly counts: VersionCounts }[],
  random: () => number,
): Backtest {
  const analysis = pastAnalysis(spec.analysis);
  const share = Math.min(99, Math.max(1, spec.steps[0]?.weight ?? 1)) / 100;
  let memory: JudgeMemory | null = null;
  let why: string | undefined;
  const checks = windows.map(({ at, counts }): PastCheck => {
    const window: WindowCounts =
      analysis.judge === "threshold"
        ? { from: at, to: at, canary: counts, stable: NO_COUNTS, others: 0, unattributed: 0 }
        : split(counts, { share, random, at });
    const said = judge(analysis, window, memory);
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
  const past = windows.map(({ counts }) => counts);
  const rollbacks = falseRollbacks(spec, past, { random, rounds: ROUNDS });
  return { checks, failed: count("fail"), unknown: count("unknown"), why, rollbacks };
}
