import { limitsOf } from "./judge-readings";
import { rollBack } from "./rollback";
import { become, ledgerWith, type Run, type Transition } from "./transition";
import type { Verdict } from "./verdict";

/**
 * Counts a check that failed only by numbers with limits of their own; undefined where anything
 * else failed, and so it counts like any other.
 */
export function ownLimits(run: Run, verdict: Verdict): Transition | undefined {
  const names = verdict.verdict === "fail" ? (verdict.metrics ?? []) : [];
  const limits = limitsOf(run.rollout.spec.analysis).filter(({ name }) => names.includes(name));
  if (limits.length === 0 || limits.some(({ failureLimit }) => failureLimit === undefined)) {
    return undefined;
  }
  const counts = { ...run.status.limits };
  let reached: string | undefined;
  const told: string[] = [];
  for (const { name, failureLimit = 1, failures } of limits) {
    const before = counts[name] ?? { total: 0, consecutive: 0 };
    const now = { total: before.total + 1, consecutive: before.consecutive + 1 };
    counts[name] = now;
    const counted = failures === "cumulative" ? now.total : now.consecutive;
    told.push(`${name} ${counted} of ${failureLimit}`);
    if (counted >= failureLimit) reached ??= name;
  }
  const counted: Run = {
    ...run,
    status: {
      ...run.status,
      limits: counts,
      ledger: ledgerWith(run, {
        who: "judge",
        level: "warn",
        title: `Check failed: ${told.join(", ")}`,
        note: verdict.message,
      }),
    },
  };
  if (reached === undefined) return become(counted, {});
  return rollBack(counted, { reason: "MetricFailed", message: verdict.message });
}
