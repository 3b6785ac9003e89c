/** What both versions did in one window: requests and those among them that count against a version. */
export interface Trial {
  readonly canary: { readonly requests: number; readonly failures: number };
  readonly stable: { readonly requests: number; readonly failures: number };
}

/** Risk ratios that E_fail bets on, each with the same stake. */
const RATIOS = [1.5, 2, 3, 5, 10] as const;
/** The ratio that a canary must be shown not to have. */
const BAD_RATIO = 2;
/** Multiples of p0 that E_abs bets on. */
const MULTIPLES = [2, 3, 5, 10, 50] as const;
/** Parts of p1 that E_safe bets on. */
const PARTS = [0, 0.25, 0.5] as const;

/** Sums of logarithms: all that has to be remembered of the windows that were seen. */
export interface Evidence {
  readonly worse: readonly number[];
  readonly equal: number;
  readonly above: readonly number[];
  /** `-Infinity` cannot be stored: null says that a bet on no failures at all is lost. */
  readonly below: readonly (number | null)[];
  readonly canary: Trial["canary"];
  readonly stable: Trial["stable"];
}

/** Nothing was seen yet. */
export const NO_EVIDENCE: Evidence = {
  worse: RATIOS.map(() => 0),
  equal: 0,
  above: MULTIPLES.map(() => 0),
  below: PARTS.map(() => 0),
  canary: { requests: 0, failures: 0 },
  stable: { requests: 0, failures: 0 },
};

/** How a window is weighed. Rates are parts of 1; undefined leaves the absolute tests out. */
export interface Weighing {
  /** A risk ratio up to `1 + delta` is no regression. */
  readonly delta: number;
  /** Over-dispersion of failures, at least 1; from earlier windows only. */
  readonly phi: number;
  readonly p0: number | undefined;
  readonly p1: number | undefined;
}

/**
 * The evidence with one more window. Conditioned on its failures, each of them falls on the canary
 * with the chance of its share of requests, if both versions are equally good: so shared outages
 * and changes of weight cancel. Every sum is a log of a test martingale under its null, and by
 * Ville's inequality may be looked at after each window. Source: rollouts.md 3.4.
 */
export function withTrial(evidence: Evidence, trial: Trial, by: Weighing): Evidence {
  const { canary, stable } = trial;
  const [n, f] = [canary.requests, canary.failures];
  const told = n > 0 && stable.requests > 0;
  const share = (ratio: number) => (ratio * n) / (ratio * n + stable.requests);
  const bet = (from: number, to: number) =>
    told
      ? (f * Math.log(to / from) + stable.failures * Math.log((1 - to) / (1 - from))) / by.phi
      : 0;
  const null0 = share(1 + by.delta);
  const against = (p: number, q: number): number => {
    if (q === 0) return f > 0 ? -Infinity : -n * Math.log(1 - p);
    return f * Math.log(q / p) + (n - f) * Math.log((1 - q) / (1 - p));
  };
  const { p0, p1 } = by;
  return {
    worse: RATIOS.map(
      (ratio, i) => (evidence.worse[i] ?? 0) + bet(null0, share(ratio * (1 + by.delta))),
    ),
    equal: evidence.equal + bet(share(BAD_RATIO), share(1)),
    above: MULTIPLES.map((m, i) => {
      const q = m * (p0 ?? 1);
      return (evidence.above[i] ?? 0) + (p0 === undefined || q >= 1 ? 0 : against(p0, q));
    }),
    below: PARTS.map((part, i) => {
      const before = evidence.below[i] ?? null;
      if (p1 === undefined || before === null) return before;
      const sum = before + against(p1, part * p1);
      return sum === -Infinity ? null : sum;
    }),
    canary: { requests: evidence.canary.requests + n, failures: evidence.canary.failures + f },
    stable: {
      requests: evidence.stable.requests + stable.requests,
      failures: evidence.stable.failures + stable.failures,
    },
  };
}

/** The mean of exponentials, without overflow before its time; 0 of none. */
function meanExp(logs: readonly (number | null)[]): number {
  const known = logs.filter((log) => log !== null);
  if (known.length === 0) return 0;
  const top = Math.max(...known);
  const sum = known.reduce((total, log) => total + Math.exp(log - top), 0);
  return Math.exp(top) * (sum / logs.length);
}

/** Evidence that the canary fails more often than the stable version. */
export const eFail = ({ worse }: Evidence): number => meanExp(worse);

/** Evidence that the canary does not fail twice as often. */
export const ePass = ({ equal }: Evidence): number => Math.exp(equal);

/** Evidence that the canary fails more often than p0; bets beyond certainty are left out. */
export const eAbs = ({ above }: Evidence, p0: number): number =>
  meanExp(above.filter((_, i) => (MULTIPLES[i] ?? 0) * p0 < 1));

/** Evidence that the canary fails less often than p1. */
export const eSafe = ({ below }: Evidence): number => meanExp(below);

/**
 * The chance that a request of the canary is slower than one of the stable version, from counts
 * by bucket (not cumulative), and how many standard deviations it lies from one half
 * (Mann-Whitney with ties and continuity correction, rollouts.md 3.4).
 */
export function mannWhitney(
  canary: readonly number[],
  stable: readonly number[],
): { readonly a: number; readonly z: number } | undefined {
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  const [nc, nb] = [sum(canary), sum(stable)];
  const n = nc + nb;
  if (nc <= 0 || nb <= 0 || n < 2) return undefined;
  let below = 0;
  let u = 0;
  let ties = 0;
  canary.forEach((count, i) => {
    const other = stable[i] ?? 0;
    u += count * (below + other / 2);
    below += other;
    ties += (count + other) ** 3 - (count + other);
  });
  const distance = u - (nc * nb) / 2;
  const variance = ((nc * nb) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (variance <= 0) return { a: u / (nc * nb), z: 0 };
  return {
    a: u / (nc * nb),
    z: (distance - Math.sign(distance) / 2) / Math.sqrt(variance),
  };
}
