import { hardTrip } from "./hard-trip";
import type { RolloutAnalysis } from "./plan";
import { thresholdJudge } from "./threshold-judge";
import type { Judge, Verdict } from "./verdict";
import type { WindowCounts } from "./window";

const JUDGES: Readonly<Record<RolloutAnalysis["judge"], Judge>> = { threshold: thresholdJudge };

/** The verdict on a window: hard trips first, then the plan's own judge. */
export function judge(analysis: RolloutAnalysis, window: WindowCounts): Verdict {
  if (window.staleFor !== undefined) {
    const message = `the newest numbers are ${Math.round(window.staleFor / 1000)} s old`;
    return { verdict: "unknown", reason: "Stale", message };
  }
  const trip = hardTrip(window);
  if (trip !== undefined) return { verdict: "trip", message: trip };
  return JUDGES[analysis.judge](analysis, window);
}
