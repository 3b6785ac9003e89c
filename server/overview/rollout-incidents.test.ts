import { describe, expect, it } from "vitest";
import { instant, millis } from "@/lib/base/units";
import { parseRollout } from "@/lib/rollout/plan";
import { initialStatus, type RolloutState } from "@/lib/rollout/status";
import { rolloutIncidents } from "./rollout-incidents";

const NOW = instant(Date.parse("2026-11-21T14:00:00Z"));
const HOUR = 3_600_000;

function stored(state: RolloutState) {
  const parsed = parseRollout({
    apiVersion: "quarterdeck.dev/v1alpha1",
    kind: "CanaryRollout",
    metadata: { name: "reviews-v3", namespace: "bookinfo" },
    spec: {
      target: { virtualService: "reviews", route: { index: 0 }, host: "reviews" },
      stable: { subset: "v1" },
      canary: { subset: "v3" },
      steps: [{ weight: 10, hold: 30 }],
    },
  });
  if (!("rollout" in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return {
    ref: { namespace: "bookinfo", name: "reviews-v3" },
    rollout: parsed.rollout,
    status: { ...initialStatus("dora", NOW), state },
  };
}
const paused = (reason: "Manual" | "NoData"): RolloutState => ({
  phase: "Paused",
  reason,
  message: "no requests reached v3 for 5 min",
  since: instant(NOW - HOUR),
  step: 0,
  share: 10,
  carry: { holdLeft: millis(0), checkLeft: millis(0), maxLeft: null, lastVerdict: null },
});
const rolledBack = (hoursAgo: number, reason = "MetricFailed"): RolloutState => ({
  phase: "RolledBack",
  reason,
  message: "success rate 71 % is below 99 %",
  at: instant(NOW - hoursAgo * HOUR),
});
const found = (state: RolloutState) => rolloutIncidents([stored(state)], NOW);

describe("rolloutIncidents", () => {
  it("asks for somebody where a rollout paused by itself, not where a person paused it", () => {
    expect(found(paused("NoData"))).toMatchObject([
      {
        status: "warn",
        title: "Rollout of reviews v3 is paused at 10 %",
        cause: "No requests reached v3 for 5 min.",
        since: NOW - HOUR,
        target: { page: "rollouts", rollout: { namespace: "bookinfo", name: "reviews-v3" } },
      },
    ]);
    expect(found(paused("Manual"))).toEqual([]);
  });

  it("tells for a day that one was rolled back by itself", () => {
    expect(found(rolledBack(2))).toMatchObject([
      { title: "Rollout of reviews v3 was rolled back", cause: "Success rate 71 % is below 99 %." },
    ]);
    expect(found(rolledBack(25))).toEqual([]);
    expect(found(rolledBack(2, "Manual"))).toEqual([]);
  });

  it("says nothing of one that goes its way", () => {
    expect(found({ phase: "Pending" })).toEqual([]);
  });
});
