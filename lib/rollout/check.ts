import { after, between, type Instant, seconds } from "@/lib/base/units";
import { unattended } from "./controller-gap";
import { askedBack } from "./hooks";
import { judge } from "./judge";
import { duringCheck } from "./judge-readings";
import { ownLimits } from "./own-limits";
import { rollBack } from "./rollback";
import { pauseFor } from "./settle";
import type { PauseReason } from "./operation";
import type { CheckEntry, LastVerdict, LedgerEntry, RolloutStatus, StateOf } from "./status";
import {
  act,
  become,
  checksWith,
  ledgerWith,
  type Measurement,
  type Run,
  type Transition,
} from "./transition";
import type { UnknownReason, Verdict } from "./verdict";
import { observedShare, stillOld, successRate, type WindowCounts } from "./window";

/** Asks for the numbers when a check is due, unless a command came before it could be made. */
export function checkIsDue(run: Run): Transition | undefined {
  const { status, observed, now } = run;
  const { state } = status;
  if (state.phase !== "Holding" || now < state.nextCheckAt) return undefined;
  const earlier = observed.commands.slice(status.commandsSeen).some(({ at }) => at < now);
  if (earlier) return undefined;
  return (
    unattended(run, between(state.nextCheckAt, now)) ??
    act(run, { type: "measure", from: state.windowFrom })
  );
}

/** Counts a check whose numbers came in; undefined where there are none, or nobody waits for them. */
export function countCheck(run: Run): Transition | undefined {
  const { state } = run.status;
  const { measurement } = run.observed;
  if (!measurement || state.phase !== "Holding" || run.now < state.nextCheckAt) return undefined;
  if ("error" in measurement) return countError(run, state, measurement);
  const { window } = measurement;
  if (stillOld(window, state)) return waitForProxies(run, state, window);
  const { status, rollout } = run;
  const verifiedAt = status.steps.find(({ step }) => step === state.step)?.verifiedAt;
  const sinceStart = between(verifiedAt ?? state.verifiedAt, run.now) / 1000;
  const { verdict, memory, numbers } = judge(
    duringCheck(rollout.spec.analysis, sinceStart),
    window,
    status.evidence,
    rollout.spec.steps.length,
  );
  const remembered = { ...run, status: { ...status, evidence: memory } };
  return countVerdict(remembered, state, { window, verdict, numbers });
}

function countError(
  run: Run,
  state: StateOf<"Holding">,
  { error }: Extract<Measurement, { error: string }>,
): Transition {
  const { analysis } = run.rollout.spec;
  const queryErrors = run.status.queryErrors + 1;
  const checked = withCheck(run, state, { verdict: "error", reason: error });
  const counted: Run = { ...checked, status: { ...checked.status, queryErrors } };
  if (queryErrors < analysis.queryErrorLimit) return become(counted, {});
  const message = `${queryErrors} checks in a row could not ask Prometheus: ${error}`;
  return pauseFor(counted, "MetricsUnavailable", message);
}

/** The proxies still divide by the old weights: the step has not begun. */
function waitForProxies(run: Run, state: StateOf<"Holding">, window: WindowCounts): Transition {
  const share = (observedShare(window) ?? 0).toFixed(1);
  const reason = `observed share ${share} %, still that of before`;
  const { analysis, progressDeadline } = run.rollout.spec;
  const checked = withCheck(run, state, { verdict: "unknown", reason, window });
  const began = run.status.written?.at ?? state.verifiedAt;
  if (between(began, run.now) >= seconds(progressDeadline)) {
    return pauseFor(checked, "NotConverged", `${reason} after ${progressDeadline} s`);
  }
  const lost = between(state.verifiedAt, run.now);
  const later = (at: Instant) => after(at, lost);
  return become(checked, {
    state: {
      ...state,
      verifiedAt: run.now,
      holdUntil: later(state.holdUntil),
      nextCheckAt: after(run.now, seconds(analysis.interval)),
      windowFrom: run.now,
      quietSince: run.now,
      lastVerdict: "unknown",
    },
  });
}

function countVerdict(
  run: Run,
  state: StateOf<"Holding">,
  {
    window,
    verdict,
    numbers,
  }: {
    readonly window: WindowCounts;
    readonly verdict: Verdict;
    readonly numbers: Readonly<Record<string, number | null>>;
  },
): Transition {
  const { analysis } = run.rollout.spec;
  // Only at the end of a step: a shift of all durations is seen sooner than it matters.
  const slower = verdict.verdict === "pass" && run.now >= state.holdUntil && verdict.slower;
  if (slower) {
    const failed: Verdict = { verdict: "fail", final: true, message: slower };
    return countVerdict(run, state, { window, numbers, verdict: failed });
  }
  const outcome = outcomeOf(verdict, analysis.noData);
  const checked = withCheck(run, state, {
    verdict: outcome,
    reason: verdict.message,
    window,
    numbers,
    told: analysis.judge === "sequential",
  });
  const { status } = checked;
  const back = askedBack(checked, window);
  if (back) return back;
  if (verdict.verdict === "trip") {
    const { total, consecutive } = status.failures;
    const failures = { total: total + 1, consecutive: consecutive + 1 };
    const tripped: Run = { ...checked, status: { ...status, failures } };
    return rollBack(tripped, { reason: "HardTrip", message: verdict.message });
  }
  if (outcome === "pass") {
    const limits = Object.entries(status.limits).map(([name, counted]) => [
      name,
      { ...counted, consecutive: 0 },
    ]);
    return become(checked, {
      failures: { ...status.failures, consecutive: 0 },
      limits: Object.fromEntries(limits) as RolloutStatus["limits"],
    });
  }
  if (outcome === "fail") {
    const own = ownLimits(checked, verdict);
    if (own) return own;
    const { total, consecutive } = status.failures;
    const failures = { total: total + 1, consecutive: consecutive + 1 };
    const failed: Run = {
      ...checked,
      status: {
        ...status,
        failures,
        ledger: ledgerWith(checked, {
          who: "judge",
          level: "warn",
          title: `Check failed, ${failures.total} of ${analysis.failureLimit}`,
          note: verdict.message,
          evidence: evidenceOf(analysis, window, checked.status.checks.at(-1)),
        }),
      },
    };
    const counted = analysis.failures === "cumulative" ? failures.total : failures.consecutive;
    const isFinal = verdict.verdict === "fail" && verdict.final === true;
    if (!isFinal && counted < analysis.failureLimit) return become(failed, {});
    return rollBack(failed, { reason: "MetricFailed", message: verdict.message });
  }
  if (verdict.verdict === "unknown" && verdict.pause) {
    return pauseFor(checked, pauseReasonOf(verdict), verdict.message);
  }
  const quiet = between(state.quietSince, run.now);
  if (quiet < seconds(analysis.noDataTimeout)) return become(checked, {});
  const message = `no verdict for ${Math.round(quiet / 1000)} s: ${verdict.message}`;
  return pauseFor(checked, pauseReasonOf(verdict), message);
}

/** What a verdict counts as under the plan's policy for missing data. */
function outcomeOf(verdict: Verdict, noData: "hold" | "pass" | "fail"): LastVerdict {
  if (verdict.verdict === "trip") return "fail";
  if (verdict.verdict !== "unknown") return verdict.verdict;
  return verdict.reason === "NoData" && noData !== "hold" ? noData : "unknown";
}

const PAUSES: Readonly<Record<UnknownReason, PauseReason>> = {
  NoData: "NoData",
  Stale: "NoData",
  LowSample: "NoData",
  BaselineUnhealthy: "BaselineUnhealthy",
  Continue: "Inconclusive",
  Ambiguous: "MetricsUnavailable",
};
const pauseReasonOf = (verdict: Verdict): PauseReason =>
  verdict.verdict === "unknown" ? PAUSES[verdict.reason] : "NoData";

/** The run with a check in its books and the next one set. */
function withCheck(
  run: Run,
  state: StateOf<"Holding">,
  check: {
    readonly verdict: LastVerdict;
    readonly reason: string;
    readonly window?: WindowCounts;
    readonly numbers?: Readonly<Record<string, number | null>>;
    /** Whether the judge remembers this window, whatever it said of it. */
    readonly told?: boolean;
  },
): Run {
  const { now, rollout } = run;
  const interval = seconds(rollout.spec.analysis.interval);
  const planned = after(state.nextCheckAt, interval);
  const judged = check.verdict === "pass" || check.verdict === "fail";
  const heard = judged || (check.told === true && (check.window?.canary.requests ?? 0) > 0);
  const entry: CheckEntry = {
    at: now,
    step: state.step,
    verdict: check.verdict,
    reason: check.reason,
    from: state.windowFrom,
    values: valuesOf(check.window),
    ...(check.window?.hooks ? { hooks: [...check.window.hooks] } : {}),
    ...numbersOf(check),
  };
  const status: RolloutStatus = {
    ...run.status,
    queryErrors: check.window ? 0 : run.status.queryErrors,
    checks: checksWith(run, entry),
    state: {
      ...state,
      lastVerdict: check.verdict,
      nextCheckAt: planned > now ? planned : after(now, interval),
      // Too few requests are kept: the next check looks at them again, together with its own.
      ...(judged || check.told ? { windowFrom: now } : {}),
      ...(heard ? { quietSince: now } : {}),
    },
  };
  return { ...run, status };
}

/** The queries, what they gave, and what it is held against. */
function evidenceOf(
  analysis: Run["rollout"]["spec"]["analysis"],
  { queries = {} }: WindowCounts,
  check: CheckEntry | undefined,
): NonNullable<LedgerEntry["evidence"]> {
  const { successRate, p50, p95, p99 } = analysis;
  const limits = {
    successRate: successRate?.min,
    p50: p50?.maxMs,
    p95: p95?.maxMs,
    p99: p99?.maxMs,
  };
  const set = Object.entries(limits).filter(
    (entry): entry is [string, number] => entry[1] !== undefined,
  );
  return {
    queries,
    values: { ...check?.values, ...check?.numbers },
    limits: Object.fromEntries(set),
  };
}

/** What the judge found, and the plan's own numbers by their names. */
function numbersOf(check: {
  readonly window?: WindowCounts;
  readonly numbers?: Readonly<Record<string, number | null>>;
}): Pick<CheckEntry, "numbers"> {
  const readings = (check.window?.readings ?? []).map(({ name, value }) => [name, value] as const);
  const numbers = { ...check.numbers, ...Object.fromEntries(readings) };
  return Object.keys(numbers).length > 0 ? { numbers } : {};
}

const round = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 1000) / 1000;

function valuesOf(window: WindowCounts | undefined): CheckEntry["values"] {
  const canary = window?.canary;
  const requests = canary?.requests ?? null;
  return {
    requests: round(requests),
    successRate: round(canary ? successRate(canary) : null),
    p50: round(canary?.p50 ?? null),
    p95: round(canary?.p95 ?? null),
    p99: round(canary?.p99 ?? null),
    clientErrors: round(
      canary && canary.requests > 0 ? (canary.undelivered / canary.requests) * 100 : null,
    ),
    stableSuccessRate: round(window ? successRate(window.stable) : null),
    share: round(window ? observedShare(window) : null),
  };
}
