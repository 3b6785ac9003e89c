import type { RolloutAnalysis, RolloutSpec } from "./plan";

/** What one step is expected to take, if traffic stays as it is and every check passes. */
export interface StepForecast {
  /** Percent of the canary. */
  readonly share: number;
  /** Requests/s to the canary, or copies of them. */
  readonly requestsPerSecond: number;
  /** From its weights until the next step's, in seconds; null where it would wait for ever. */
  readonly seconds: number | null;
  /** Requests to the canary meanwhile; null where it would wait for ever. */
  readonly requests: number | null;
  /** Seconds until there are enough requests for a verdict; null where there never are. */
  readonly verdictAfter: number | null;
  /** Whether a verdict comes too late: the rollout would pause for lack of data before. */
  readonly pauses: boolean;
}

/**
 * How long each step takes with `requestsPerSecond` to all versions together: its warm-up and hold,
 * or until enough requests have come for a verdict, rounded up to a check. The sequential judge is
 * taken to see no failure, so it needs what E_safe does; what it has seen at one step counts at the next.
 */
export function forecast(spec: RolloutSpec, requestsPerSecond: number): readonly StepForecast[] {
  const { analysis, steps } = spec;
  const isJudged = analysis.noData !== "pass";
  let missing = analysis.judge === "sequential" ? requestsToPass(analysis) : 0;
  return steps.map(({ weight, mirror, hold }): StepForecast => {
    const rate = (requestsPerSecond * (mirror ?? weight)) / 100;
    const needed = Math.max(analysis.minRequests, missing);
    const atChecks = (seconds: number) =>
      Math.ceil(seconds / analysis.interval) * analysis.interval;
    const verdictAfter = rate > 0 ? atChecks(analysis.minRequests / rate) : null;
    const evidenceAfter = rate > 0 ? atChecks(needed / rate) : null;
    const base = { share: weight, requestsPerSecond: rate, verdictAfter };
    if (!isJudged) {
      const seconds = analysis.warmUp + Math.max(hold, analysis.interval);
      return { ...base, seconds, requests: rate * seconds, pauses: false };
    }
    if (evidenceAfter === null) return { ...base, seconds: null, requests: null, pauses: true };
    const judged = Math.max(hold, analysis.interval, evidenceAfter);
    missing = Math.max(0, missing - rate * judged);
    const seconds = analysis.warmUp + judged;
    const pauses = verdictAfter === null || verdictAfter > analysis.noDataTimeout;
    return { ...base, seconds, requests: rate * seconds, pauses };
  });
}

/** Rates that E_safe bets on, as parts of p1 (rollouts.md 3.4). */
const SAFE_RATES = [0, 1 / 4, 1 / 2];
const MOST_REQUESTS = 1e7;

/** Requests without a failure after which E_safe lets a step pass; 0 where it is off. */
function requestsToPass({ sequential: { p1, beta } }: RolloutAnalysis): number {
  if (p1 === false) return 0;
  const limit = p1 / 100;
  const eSafe = (requests: number) =>
    SAFE_RATES.map((part) => ((1 - part * limit) / (1 - limit)) ** requests).reduce(
      (sum, value) => sum + value / SAFE_RATES.length,
      0,
    );
  let low = 0;
  let high = 1;
  while (eSafe(high) < 1 / beta && high < MOST_REQUESTS) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (eSafe(middle) < 1 / beta) low = middle;
    else high = middle;
  }
  return high;
}
