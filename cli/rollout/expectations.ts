import { type Detection, detections } from "@/lib/rollout/detectable";
import { falseRollbacks, type FalseRollbacks } from "@/lib/rollout/false-rollbacks";
import { type CanaryRollout, versionLabel } from "@/lib/rollout/plan";
import { NO_COUNTS, type VersionCounts } from "@/lib/rollout/window";
import { seededRandom } from "@/sandbox/random";
import type { Simulation } from "./simulation-file";
import { ERROR_RATE, TOTAL_RPS } from "./simulated-traffic";

/** So often the data is gone through: with other splits, and so with other rollouts. */
const ROUNDS = 3;

/** Requests/s in all, and the part of them that fails, before anything begins. */
function trafficBefore(rollout: CanaryRollout, { traffic }: Simulation) {
  const begun = traffic.filter(({ at }) => at === 0);
  const stable = versionLabel(rollout.spec, "stable");
  return {
    requestsPerSecond:
      begun.findLast(({ totalRps }) => totalRps !== undefined)?.totalRps ?? TOTAL_RPS,
    failureShare: begun.findLast(({ version }) => version === stable)?.errorRate ?? ERROR_RATE,
  };
}

/** Which regressions a plan is expected to notice, and when; the smallest by itself. */
export function expectations(
  rollout: CanaryRollout,
  simulation: Simulation,
): { readonly detects: readonly Detection[]; readonly smallest: Detection | null } {
  const detects = detections(rollout.spec, trafficBefore(rollout, simulation));
  return { detects, smallest: detects.find(({ seconds }) => seconds !== null) ?? null };
}

/** How often the plan would have rolled an equal canary back, over hours of the file's traffic. */
export function backtested(
  rollout: CanaryRollout,
  simulation: Simulation,
): FalseRollbacks & { readonly hours: number } {
  const { hours = 0, seed = 1 } = simulation.backtest ?? {};
  const random = seededRandom(seed);
  const { requestsPerSecond, failureShare } = trafficBefore(rollout, simulation);
  const { interval } = rollout.spec.analysis;
  const requests = requestsPerSecond * interval;
  const windows = Math.floor((hours * 3600) / interval);
  const past = Array.from({ length: windows }, (): VersionCounts => ({
    ...NO_COUNTS,
    requests,
    failures: failuresIn(() => random.next(), Math.round(requests), failureShare),
  }));
  return {
    hours,
    ...falseRollbacks(rollout.spec, past, { random: () => random.next(), rounds: ROUNDS }),
  };
}

/** Failures among requests of which each fails with chance `rate`: gaps between them are geometric. */
function failuresIn(random: () => number, requests: number, rate: number): number {
  if (rate <= 0) return 0;
  if (rate >= 1) return requests;
  let count = 0;
  for (let at = 0; ; count += 1) {
    at += Math.floor(Math.log(1 - random()) / Math.log(1 - rate)) + 1;
    if (at > requests) return count;
  }
}
