import { type Instant, instant, type Millis, seconds } from "@/lib/base/units";
import { type Detection, detections } from "@/lib/rollout/detectable";
import { judge } from "@/lib/rollout/judge";
import type { CanaryRollout } from "@/lib/rollout/plan";
import { versionsOf } from "@/lib/rollout/preflight";
import { successRate, type VersionCounts } from "@/lib/rollout/window";
import type { Clock, MeshStore, Metrics } from "../ports";
import { measure } from "./measure";

/** So far back a plan is held against what really happened. */
const PAST = seconds(3600);

/** What one version did in the last hour. */
export interface PastSignals {
  readonly requests: number;
  /** Percent; null where there were no requests. */
  readonly successRate: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** What a step means for traffic and pods, if traffic stays as it is. */
export interface StepLoad {
  readonly share: number;
  /** Requests/s to the canary. */
  readonly requestsPerSecond: number;
  /** Requests that it gets in the step's shortest time. */
  readonly requests: number;
  /** Requests/s for each ready pod of the canary; null where none is ready. */
  readonly perPod: number | null;
}

/** How a plan would do, judged by the last hour. */
export interface RolloutOutlook {
  readonly at: Instant;
  readonly window: Millis;
  /** Why there are no numbers; undefined where there are. */
  readonly problem: string | undefined;
  readonly stable: PastSignals | undefined;
  readonly canary: PastSignals | undefined;
  /** What the plan's judge would have said of the stable version: it should have passed. */
  readonly verdict: { readonly verdict: string; readonly message: string } | undefined;
  readonly requestsPerSecond: number | undefined;
  /** Requests/s that each ready pod of the stable version has now; null where none is ready. */
  readonly perStablePod: number | null;
  readonly steps: readonly StepLoad[];
  readonly detections: readonly Detection[];
}

/** Holds a plan against the last hour: what its judge would have seen, whom it touches, what it can tell. */
export async function outlookOf(
  needs: { readonly metrics: Metrics; readonly clock: Clock; readonly mesh: MeshStore },
  rollout: CanaryRollout,
  signal: AbortSignal,
): Promise<RolloutOutlook> {
  const versions = versionsOf(needs.mesh.view(), rollout);
  const at = needs.clock.now();
  const base = { at, window: PAST };
  const measured = await measure(needs, versions, { from: instant(at - PAST) }, signal);
  if ("error" in measured) {
    return {
      ...base,
      problem: measured.error,
      stable: undefined,
      canary: undefined,
      verdict: undefined,
      requestsPerSecond: undefined,
      perStablePod: null,
      steps: [],
      detections: [],
    };
  }
  const { spec } = rollout;
  const { stable, canary, others } = measured.window;
  const perSecond = (stable.requests + canary.requests + others) / (PAST / 1000);
  const perPod = (rate: number, ready: number) => (ready > 0 ? rate / ready : null);
  const stableShare = stable.requests / Math.max(1, stable.requests + canary.requests + others);
  return {
    ...base,
    problem: undefined,
    stable: pastOf(stable),
    canary: pastOf(canary),
    verdict: verdictOnStable(rollout, stable),
    requestsPerSecond: perSecond,
    perStablePod: perPod(perSecond * stableShare, versions.stable.pods.ready),
    steps: spec.steps.map(({ weight, hold }) => {
      const rate = (perSecond * weight) / 100;
      return {
        share: weight,
        requestsPerSecond: rate,
        requests: rate * Math.max(hold, spec.analysis.interval),
        perPod: perPod(rate, versions.canary.pods.ready),
      };
    }),
    detections:
      stable.requests > 0
        ? detections(spec, {
            requestsPerSecond: perSecond,
            failureShare: stable.failures / stable.requests,
          })
        : [],
  };
}

const pastOf = (counts: VersionCounts): PastSignals => {
  const { requests, p50, p95, p99 } = counts;
  return { requests, successRate: successRate(counts), p50, p95, p99 };
};

/** The stable version as if it were the canary beside itself. */
function verdictOnStable({ spec }: CanaryRollout, stable: VersionCounts) {
  const now = instant(0);
  const window = { from: now, to: now, stable, canary: stable, others: 0, unattributed: 0 };
  const { verdict } = judge(spec.analysis, window, null);
  return { verdict: verdict.verdict, message: verdict.message };
}
