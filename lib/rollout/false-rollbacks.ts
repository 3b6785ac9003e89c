import { judge } from "./judge";
import type { JudgeMemory } from "./judge-memory";
import type { RolloutSpec } from "./plan";
import { pastAnalysis, split } from "./split";
import type { VersionCounts } from "./window";

/** How a plan would have fared with a canary that is as good as the stable version. */
export interface FalseRollbacks {
  /** How many rollouts were tried over the data, one after the other. */
  readonly runs: number;
  /** Those among them that would have been rolled back, all of them wrongly. */
  readonly rolledBack: number;
  /** `rolledBack` as a part of `runs`; null where the data is too short for one. */
  readonly share: number | null;
  /** Those that did not come to a verdict within the data or within so many checks of one step. */
  readonly undecided: number;
}

/** A step that has had so many checks without a verdict counts as undecided. */
const MOST_CHECKS = 200;

/**
 * Runs the plan's judge over past traffic of the stable version, split at random into a canary's part
 * and the rest: both are equally good, so every rollback is a false one (rollouts.md N6). Each window is
 * what one check would see. Numbers of the plan's own are not part of the data.
 */
export function falseRollbacks(
  spec: RolloutSpec,
  past: readonly VersionCounts[],
  { random, rounds = 1 }: { readonly random: () => number; readonly rounds?: number },
): FalseRollbacks {
  const counts = { runs: 0, rolledBack: 0, undecided: 0 };
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < past.length;) {
      const { outcome, used } = walk(spec, past.slice(at), random);
      if (outcome === "data-ended") break;
      counts.runs += 1;
      if (outcome === "rolled-back") counts.rolledBack += 1;
      if (outcome === "undecided") counts.undecided += 1;
      at += Math.max(1, used);
    }
  }
  return { ...counts, share: counts.runs === 0 ? null : counts.rolledBack / counts.runs };
}

interface Walk {
  readonly outcome: "passed" | "rolled-back" | "undecided" | "data-ended";
  /** How many windows it took. */
  readonly used: number;
}

/** One rollout over the beginning of the data. */
function walk(
  { steps, analysis: given }: RolloutSpec,
  past: readonly VersionCounts[],
  random: () => number,
): Walk {
  const analysis = pastAnalysis(given);
  let memory: JudgeMemory | null = null;
  let used = 0;
  const failures = { total: 0, consecutive: 0 };
  for (const { weight, hold } of steps) {
    const least = Math.max(1, Math.ceil(hold / analysis.interval));
    let merged: VersionCounts | undefined;
    for (let check = 1; ; check += 1) {
      const window = past[used];
      if (!window) return { outcome: "data-ended", used };
      if (check > MOST_CHECKS) return { outcome: "undecided", used };
      used += 1;
      merged = merged ? added(merged, window) : window;
      const judged = judge(
        analysis,
        split(merged, { share: weight / 100, random }),
        memory,
        steps.length,
      );
      const { verdict } = judged.verdict;
      memory = judged.memory;
      // Too few requests are looked at again with those of the next window.
      if (verdict !== "unknown" || analysis.judge === "sequential") {
        merged = undefined;
      }
      if (verdict === "trip") return { outcome: "rolled-back", used };
      if (verdict === "pass") failures.consecutive = 0;
      if (verdict === "fail") {
        failures.total += 1;
        failures.consecutive += 1;
        const isFinal = "final" in judged.verdict && judged.verdict.final === true;
        const counted = analysis.failures === "cumulative" ? failures.total : failures.consecutive;
        if (isFinal || counted >= analysis.failureLimit) return { outcome: "rolled-back", used };
      }
      if (verdict === "pass" && check >= least) break;
    }
  }
  return { outcome: "passed", used };
}

/** Two windows as one: what is not to be added up is that of the later one. */
const added = (before: VersionCounts, window: VersionCounts): VersionCounts => ({
  ...window,
  requests: before.requests + window.requests,
  failures: before.failures + window.failures,
  undelivered: before.undelivered + window.undelivered,
});
