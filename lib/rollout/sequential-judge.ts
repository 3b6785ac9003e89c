import {
  eAbs,
  eFail,
  ePass,
  eSafe,
  type Evidence,
  mannWhitney,
  NO_EVIDENCE,
  type Trial,
  withTrial,
} from "./e-process";
import { normalQuantile } from "./normal-quantile";
import { overDispersion, withBaseline, withDispersion } from "./over-dispersion";
import type { Bucket } from "./histogram";
import type { JudgeMemory } from "./judge-memory";
import type { RolloutAnalysis } from "./plan";
import type { Verdict } from "./verdict";
import type { VersionCounts, WindowCounts } from "./window";

/** Fewer requests to the stable version do not show that it breaks its own objective. */
const BASELINE_NEEDS = 20;
/** How likely a canary request is slower, from which on that is told, and from which on it fails. */
const SLOWER = 0.56;
const MUCH_SLOWER = 0.64;
const MUCH_SLOWER_Z = 3.1;

/** What the judge says, and what it remembers for the next window. */
export interface Judged {
  readonly verdict: Verdict;
  readonly memory: JudgeMemory;
  /** The numbers behind it, for people. */
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** Nothing was seen of this version yet. */
export const NO_MEMORY: JudgeMemory = {
  failures: NO_EVIDENCE,
  slow: NO_EVIDENCE,
  slowAbove: null,
  baseline: [],
  dispersions: [],
  durations: { bounds: [], canary: [], stable: [] },
};

const count = (value: number): number => Math.round(value * 1e6) / 1e6;

/**
 * Weighs both versions against each other, window by window, so that one may look at every window
 * and still be wrong in no more than `alpha` of all healthy rollouts (rollouts.md 3.4).
 */
export function sequentialJudge(
  analysis: RolloutAnalysis,
  window: WindowCounts,
  {
    known,
    looks,
  }: {
    readonly known: JudgeMemory;
    /** How often in the whole rollout the durations are looked at: at the end of each step. */
    readonly looks: number;
  },
): Judged {
  const { sequential: plan, minRequests } = analysis;
  const trial = trialOf(window, ({ failures }) => failures);
  const baselineRate = rate(trial.stable);
  const p0 = plan.p0 === false ? undefined : plan.p0 / 100;
  const p1 = plan.p1 === false ? undefined : plan.p1 / 100;
  const breach =
    p0 !== undefined && trial.stable.requests >= BASELINE_NEEDS && baselineRate > p0 * (1 + 1e-9);
  const phi = plan.phi === "auto" ? overDispersion(known.dispersions) : plan.phi;
  const relative = { delta: plan.delta, phi };
  const absolute = { ...relative, p0, p1 };
  const failures = withTrial(
    known.failures,
    trial,
    breach ? { ...relative, p0: undefined, p1: undefined } : absolute,
  );
  const slowAbove = known.slowAbove ?? slowBound(analysis, window);
  const slowTrial = slowAbove === null ? undefined : slowTrialOf(window, slowAbove);
  const slow = slowTrial
    ? withTrial(known.slow, slowTrial, { ...relative, p0: undefined, p1 })
    : known.slow;
  const baseline = withBaseline(known.baseline, trial.stable);
  const memory: JudgeMemory = {
    failures,
    slow,
    slowAbove,
    baseline,
    dispersions: withDispersion(known.dispersions, baseline),
    durations: withDurations(known.durations, window),
  };
  const { canary, stable } = memory.durations;
  const shift = mannWhitney(canary, stable);
  const numbers = {
    eFail: eFail(failures),
    ePass: ePass(failures),
    eAbs: p0 === undefined ? null : eAbs(failures, p0),
    eSafe: p1 === undefined ? null : eSafe(failures),
    phi,
    ...(slowAbove === null ? {} : { eSlow: eFail(slow), ePassSlow: ePass(slow) }),
    ...(shift ? { slower: shift.a, slowerZ: shift.z } : {}),
  };
  const verdict = decide(analysis, {
    trial,
    failures,
    slow: slowAbove === null ? undefined : slow,
    p0,
    p1,
    breach,
    shift,
    looks,
  });
  const isKnown = trial.canary.requests > 0;
  return {
    verdict: isKnown
      ? verdict
      : { verdict: "unknown", reason: "NoData", message: "no requests to the canary" },
    memory,
    numbers: { ...numbers, minRequests: minRequests },
  };
}

interface Seen {
  readonly trial: Trial;
  readonly failures: Evidence;
  readonly slow: Evidence | undefined;
  readonly p0: number | undefined;
  readonly p1: number | undefined;
  readonly breach: boolean;
  readonly shift: ReturnType<typeof mannWhitney>;
  readonly looks: number;
}

function decide({ sequential: plan, minRequests }: RolloutAnalysis, seen: Seen): Verdict {
  const { trial, failures, slow, p0, p1, breach, shift, looks } = seen;
  const failAt = 1 / plan.alpha.relative;
  const absoluteAt = 1 / plan.alpha.absolute;
  const passAt = 1 / plan.beta;
  const worse = regression(failures, failAt, plan.minDelta);
  if (worse) return { verdict: "fail", final: true, message: `failures: ${worse}` };
  const slower = slow && regression(slow, failAt, plan.minDelta);
  if (slower) return { verdict: "fail", final: true, message: `slow requests: ${slower}` };
  if (p0 !== undefined) {
    const alone = breach
      ? withTrial(failures, trial, { delta: plan.delta, phi: 1, p0, p1: undefined })
      : failures;
    const above = eAbs(alone, p0);
    if (above >= absoluteAt && !breach) {
      const message = `${told(failures.canary)} failed, more than ${plan.p0} %: E ${digits(above)} of ${digits(absoluteAt)}`;
      return { verdict: "fail", final: true, message };
    }
    if (breach) {
      const message = `the stable version itself fails ${percent(rate(trial.stable))} of its requests`;
      return {
        verdict: "unknown",
        reason: "BaselineUnhealthy",
        pause: above >= absoluteAt,
        message,
      };
    }
  }
  if (failures.canary.requests < minRequests) {
    const message = `${Math.round(failures.canary.requests)} of ${minRequests} requests that a verdict needs`;
    return { verdict: "unknown", reason: "LowSample", message };
  }
  const passes = (evidence: Evidence): boolean =>
    ePass(evidence) >= passAt || (p1 !== undefined && eSafe(evidence) >= passAt);
  const summary = `E_fail ${digits(eFail(failures))} of ${digits(failAt)}, E_pass ${digits(Math.max(ePass(failures), p1 === undefined ? 0 : eSafe(failures)))} of ${digits(passAt)}`;
  const warning =
    shift && shift.a >= SLOWER
      ? `; a canary request is slower with chance ${shift.a.toFixed(3)}`
      : "";
  if (!passes(failures) || (slow && !passes(slow))) {
    const message = `${summary}: not decided yet${warning}; ${outlook(trial, failures, passAt, p1)}`;
    return { verdict: "unknown", reason: "Continue", message };
  }
  return {
    verdict: "pass",
    message: `${told(failures.canary)} failed against ${told(failures.stable)}; ${summary}${warning}`,
    ...(shift && shift.a >= MUCH_SLOWER && shift.z >= zNeeded(plan.alpha.relative / looks)
      ? {
          slower: `a canary request is slower with chance ${shift.a.toFixed(3)} (z ${shift.z.toFixed(1)})`,
        }
      : {}),
  };
}

/** Standard deviations that a shift must have: alpha is shared by all looks, and never less than 3.1. */
const zNeeded = (alpha: number): number => Math.max(MUCH_SLOWER_Z, -normalQuantile(alpha));

/** Why the canary is worse, in words; undefined where that is not shown. */
function regression(evidence: Evidence, failAt: number, minDelta: number): string | undefined {
  const e = eFail(evidence);
  const difference = (rate(evidence.canary) - rate(evidence.stable)) * 100;
  if (e < failAt || difference < minDelta) return undefined;
  return `${told(evidence.canary)} against ${told(evidence.stable)} of the stable version; E ${digits(e)} of ${digits(failAt)}`;
}

/** What it would take to pass without a further failure, and how many windows like this one. */
function outlook(trial: Trial, failures: Evidence, passAt: number, p1: number | undefined): string {
  const { requests } = trial.canary;
  if (p1 === undefined || requests <= 0) return "only failures of either version can tell";
  const missing = Math.log(passAt / Math.max(eSafe(failures), 1e-9));
  // Bets on half of p1 grow slowest and are never lost.
  const needed = Math.max(0, missing) / Math.log((1 - p1 / 2) / (1 - p1));
  return `about ${Math.ceil(needed)} more requests without failure would, ${Math.ceil(needed / requests)} windows like this one`;
}

const rate = ({ requests, failures }: Trial["canary"]): number =>
  requests > 0 ? failures / requests : 0;
const percent = (part: number): string => `${(part * 100).toFixed(2)} %`;
const told = (side: Trial["canary"]): string =>
  `${percent(rate(side))} of ${Math.round(side.requests)}`;
const digits = (value: number): string =>
  value >= 1e6 ? value.toExponential(1) : String(Number(value.toPrecision(4)));

function trialOf({ canary, stable }: WindowCounts, failed: (side: VersionCounts) => number): Trial {
  const side = (counts: VersionCounts) => ({
    requests: count(counts.requests),
    failures: count(Math.min(counts.requests, failed(counts))),
  });
  return { canary: side(canary), stable: side(stable) };
}

/** The first bound that is not below the objective; null where no latency is judged. */
function slowBound({ sequential, p99 }: RolloutAnalysis, window: WindowCounts): number | null {
  const wanted = sequential.slowAboveMs ?? p99?.maxMs;
  if (wanted === undefined) return null;
  const bounds = window.stable.buckets.length > 0 ? window.stable.buckets : window.canary.buckets;
  return bounds.find(({ le }) => le >= wanted)?.le ?? null;
}

function slowTrialOf(window: WindowCounts, above: number): Trial | undefined {
  const side = ({ buckets }: VersionCounts) => {
    const total = buckets.at(-1)?.count ?? 0;
    const fast = buckets.find(({ le }) => le >= above)?.count ?? total;
    return { requests: count(total), failures: count(Math.max(0, total - fast)) };
  };
  const trial = { canary: side(window.canary), stable: side(window.stable) };
  return trial.canary.requests > 0 && trial.stable.requests > 0 ? trial : undefined;
}

function withDurations(
  known: JudgeMemory["durations"],
  { canary, stable }: WindowCounts,
): JudgeMemory["durations"] {
  const bounds = [...new Set([...canary.buckets, ...stable.buckets].map(({ le }) => le))]
    .filter((le) => Number.isFinite(le))
    .sort((a, b) => a - b);
  const same = JSON.stringify(bounds) === JSON.stringify(known.bounds);
  const added = (before: readonly number[], buckets: readonly Bucket[]) => {
    const own = [...bounds, Infinity].map((le) => buckets.find((b) => b.le === le)?.count ?? 0);
    return own.map((cumulative, i) => {
      const inside = Math.max(0, cumulative - (own[i - 1] ?? 0));
      return count(inside + (same ? (before[i] ?? 0) : 0));
    });
  };
  if (bounds.length === 0) return known;
  return {
    bounds,
    canary: added(known.canary, canary.buckets),
    stable: added(known.stable, stable.buckets),
  };
}
