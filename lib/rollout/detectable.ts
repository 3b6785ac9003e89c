import type { RolloutSpec } from "./plan";

/** What is known of the traffic before a rollout starts. */
export interface TrafficBefore {
  /** Requests/s to both versions together. */
  readonly requestsPerSecond: number;
  /** Share of the stable version's requests that fail, 0 to 1. */
  readonly failureShare: number;
}

/** A canary that fails `ratio` times as often, and after how many seconds the plan would notice. */
export interface Detection {
  readonly ratio: number;
  /** null where the rollout would be over before. */
  readonly seconds: number | null;
}

const RATIOS = [1.5, 2, 3, 5, 10, 20, 50, 100] as const;

/**
 * When a plan is expected to notice canaries that fail more often than the stable version, one
 * entry a ratio, smaller ones first. Estimates by expected values: the sequential judge by how fast
 * its bet grows (rollouts.md 3.4), the threshold judge by how many of its checks fail. Empty where
 * nothing is judged, or nothing fails today, so that no ratio has a meaning.
 */
export function detections(spec: RolloutSpec, traffic: TrafficBefore): readonly Detection[] {
  const { analysis } = spec;
  if (traffic.requestsPerSecond <= 0 || traffic.failureShare <= 0) return [];
  if (analysis.judge === "threshold" && !analysis.successRate) return [];
  const notice = analysis.judge === "sequential" ? betGrows : checksFail;
  return RATIOS.filter((ratio) => ratio * traffic.failureShare <= 1).map((ratio) => ({
    ratio,
    seconds: secondsUntil(spec, (share) => notice(spec, traffic, { ratio, share })),
  }));
}

/** A canary of whose requests so many percent fail, and after how many seconds the plan would notice. */
export interface AbsoluteDetection {
  readonly percent: number;
  /** null where the rollout would be over before. */
  readonly seconds: number | null;
}

const PERCENTS = [0.5, 1, 2, 5, 10, 20, 50] as const;

/**
 * The same for a stable version without failures, of which no ratio has a meaning: smaller shares
 * first. The sequential judge notices them by E_abs alone. Empty where nothing is judged.
 */
export function absoluteDetections(
  spec: RolloutSpec,
  requestsPerSecond: number,
): readonly AbsoluteDetection[] {
  const { judge, successRate, sequential } = spec.analysis;
  const isJudged = judge === "threshold" ? successRate !== undefined : sequential.p0 !== false;
  if (requestsPerSecond <= 0 || !isJudged) return [];
  return PERCENTS.map((percent) => {
    const failureShare = percent / 100;
    const notice = (share: number) =>
      judge === "threshold"
        ? checksFail(spec, { requestsPerSecond, failureShare }, { ratio: 1, share })
        : betAlone(spec, requestsPerSecond * share, failureShare);
    return { percent, seconds: secondsUntil(spec, notice) };
  });
}

/** Multiples of p0 that E_abs bets on (rollouts.md 3.4). */
const BETS = [2, 3, 5, 10, 50] as const;

/** Of the logarithm that E_abs must reach, the part of one second: that of its best bet. */
function betAlone({ analysis }: RolloutSpec, rate: number, failureShare: number): number {
  const { p0, alpha } = analysis.sequential;
  if (p0 === false) return 0;
  const known = p0 / 100;
  const growth = BETS.filter((times) => times * known < 1).map(
    (times) =>
      failureShare * Math.log(times) +
      (1 - failureShare) * Math.log((1 - times * known) / (1 - known)),
  );
  return (rate * Math.max(0, ...growth)) / Math.log(BETS.length / alpha.absolute);
}

interface Canary {
  readonly ratio: number;
  /** Its share of the requests, 0 to 1. */
  readonly share: number;
}

/** Walks through the steps until the parts that each second adds make one. */
function secondsUntil(
  { steps, analysis }: RolloutSpec,
  perSecond: (share: number) => number,
): number | null {
  let done = 0;
  let passed = 0;
  for (const { weight, hold } of steps) {
    const length = Math.max(hold, analysis.interval);
    const rate = perSecond(weight / 100);
    passed += analysis.warmUp;
    if (rate > 0 && done + rate * length >= 1) return Math.ceil(passed + (1 - done) / rate);
    done += rate * length;
    passed += length;
  }
  return null;
}

/** Of the logarithm that the bet must reach, spread over its five ratios, the part of one second. */
function betGrows(
  { analysis }: RolloutSpec,
  { requestsPerSecond, failureShare }: TrafficBefore,
  { ratio, share }: Canary,
): number {
  // With everything at the canary there is nothing left to compare it with.
  if (share >= 1) return 0;
  const even = share;
  const uneven = (ratio * share) / (ratio * share + 1 - share);
  const failures = requestsPerSecond * failureShare * (ratio * share + 1 - share);
  const perFailure =
    uneven * Math.log(uneven / even) + (1 - uneven) * Math.log((1 - uneven) / (1 - even));
  return (failures * perFailure) / Math.log(5 / analysis.sequential.alpha.relative);
}

/** Of the failed checks that roll back, the part that one second is expected to add. */
function checksFail(
  { analysis }: RolloutSpec,
  { requestsPerSecond, failureShare }: TrafficBefore,
  { ratio, share }: Canary,
): number {
  const perInterval = requestsPerSecond * share * analysis.interval;
  // Windows merge until there are enough requests.
  const windows = Math.max(1, Math.ceil(analysis.minRequests / Math.max(perInterval, 1e-9)));
  const requests = perInterval * windows;
  const fails = Math.min(1, ratio * failureShare);
  const allowed = 1 - (analysis.successRate?.min ?? 0) / 100;
  const sigma = Math.sqrt((fails * (1 - fails)) / requests);
  const chance = sigma === 0 ? Number(fails > allowed) : normal((fails - allowed) / sigma);
  return chance / (analysis.failureLimit * windows * analysis.interval);
}

/** The distribution function of the standard normal distribution (Abramowitz and Stegun 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const tail =
    density *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}
