import { type Instant, instant, type Millis, seconds } from "@/lib/base/units";
import {
  type AbsoluteDetection,
  absoluteDetections,
  type Detection,
  detections,
} from "@/lib/rollout/detectable";
import { forecast, type StepForecast } from "@/lib/rollout/forecast";
import type { CanaryRollout } from "@/lib/rollout/plan";
import { versionsOf } from "@/lib/rollout/preflight";
import { successRate, type VersionCounts } from "@/lib/rollout/window";
import { systemRandom } from "../clock";
import type { Clock, MeshStore, Metrics } from "../ports";
import { type Caller, callersOf } from "./callers";
import { measure } from "./measure";
import { type PastChecks, pastChecks } from "./past-checks";

/** So far back a plan is held against what really happened. */
const PAST = seconds(3600);
const DEADLINE = seconds(5);

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
export interface StepLoad extends StepForecast {
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
  /** What the plan's checks would have said of the stable version; undefined where nothing was asked of it. */
  readonly checks: PastChecks | undefined;
  /** Who asks for the service, the busiest first. */
  readonly callers: readonly Caller[];
  readonly requestsPerSecond: number | undefined;
  /** Requests/s that each ready pod of the stable version has now; null where none is ready. */
  readonly perStablePod: number | null;
  readonly steps: readonly StepLoad[];
  readonly detections: readonly Detection[];
  /** The same by share of failures; empty where the stable version has some of its own. */
  readonly absolute: readonly AbsoluteDetection[];
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
      checks: undefined,
      callers: [],
      requestsPerSecond: undefined,
      perStablePod: null,
      steps: [],
      detections: [],
      absolute: [],
    };
  }
  const { spec } = rollout;
  const { stable, canary, others } = measured.window;
  const perSecond = (stable.requests + canary.requests + others) / (PAST / 1000);
  const perPod = (rate: number, ready: number) => (ready > 0 ? rate / ready : null);
  const stablePerSecond = stable.requests / (PAST / 1000);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
  const more = { versions, at, past: PAST, random: systemRandom, signal: limited };
  const [checks, callers] = await Promise.all([
    stable.requests > 0
      ? pastChecks(needs.metrics, rollout, { ...more, requestsPerSecond: stablePerSecond })
      : undefined,
    callersOf(needs.metrics, versions, more),
  ]);
  return {
    ...base,
    problem: undefined,
    stable: pastOf(stable),
    canary: pastOf(canary),
    checks,
    callers,
    requestsPerSecond: perSecond,
    perStablePod: perPod(stablePerSecond, versions.stable.pods.ready),
    steps: forecast(spec, perSecond).map((step) => ({
      ...step,
      perPod: perPod(step.requestsPerSecond, versions.canary.pods.ready),
    })),
    detections:
      stable.requests > 0
        ? detections(spec, {
            requestsPerSecond: perSecond,
            failureShare: stable.failures / stable.requests,
          })
        : [],
    absolute: stable.failures > 0 ? [] : absoluteDetections(spec, perSecond),
  };
}

const pastOf = (counts: VersionCounts): PastSignals => {
  const { requests, p50, p95, p99 } = counts;
  return { requests, successRate: successRate(counts), p50, p95, p99 };
};
