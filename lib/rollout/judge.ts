import { hardTrip } from "./hard-trip";
import { withReadings } from "./judge-readings";
import type { JudgeMemory } from "./judge-memory";
import type { RolloutAnalysis } from "./plan";
import { type Judged, NO_MEMORY, sequentialJudge } from "./sequential-judge";
import { thresholdJudge } from "./threshold-judge";
import type { Verdict } from "./verdict";
import type { WindowCounts } from "./window";

/**
 * The verdict on a window: hard trips first, then the plan's own judge, with what it remembers,
 * then the plan's own numbers. What cannot be judged is not remembered.
 */
export function judge(
  analysis: RolloutAnalysis,
  window: WindowCounts,
  known: JudgeMemory | null,
  looks = 1,
): Omit<Judged, "memory"> & { readonly memory: JudgeMemory | null } {
  const only = (verdict: Verdict) => ({ verdict, memory: known, numbers: {} });
  if (window.staleFor !== undefined) {
    const message = `the newest numbers are ${Math.round(window.staleFor / 1000)} s old`;
    return only({ verdict: "unknown", reason: "Stale", message });
  }
  const trip = hardTrip(window);
  if (trip !== undefined) return only({ verdict: "trip", message: trip });
  const judged =
    analysis.judge === "threshold"
      ? only(thresholdJudge(analysis, window))
      : sequentialJudge(analysis, window, { known: known ?? NO_MEMORY, looks });
  return { ...judged, verdict: withReadings(analysis, judged.verdict, window.readings ?? []) };
}
