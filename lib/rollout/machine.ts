import { between, instant, seconds } from "@/lib/base/units";
import { checkIsDue, countCheck } from "./check";
import { obeyNext, obeyUrgent } from "./commands";
import { frozenUntil, shutGate } from "./gate";
import {
  advance,
  beginStep,
  resume,
  rollBack,
  settlePromotion,
  settleRollback,
  supersede,
} from "./progress";
import { isRefusal } from "./route-target";
import { pauseFor, settleStep, weightsText } from "./settle";
import type { StateOf } from "./status";
import { startClock, stopClock } from "./step-clock";
import { act, become, ledgerWith, type Run, type Transition } from "./transition";
import { type DestinationWeight, planWeights } from "./weight-patch";
import { snapshotRoute } from "./route-snapshot";

/** Reverts from outside that are put right within `CONTENTION_WINDOW`; one more is a fight. */
const REVERTS_ENDURED = 2;
const CONTENTION_WINDOW = seconds(600);

/**
 * The next step of a rollout. Pure and total: the world comes in as `observed`, the time as `now`.
 *
 * One transition a call. The caller stores the new status first and only then acts, so that every
 * write was decided in the cluster before it is sent (R1); then it calls again with what it found.
 * Of things that fall on one instant the check comes first, then commands, then the advance; a
 * rollback waits for nothing (R5) and beats whatever was asked for with it (R6).
 * Source: rollouts.md 6.3.
 */
export function next(
  rollout: Run["rollout"],
  status: Run["status"],
  observed: Run["observed"],
  now: Run["now"],
): Transition {
  const run: Run = { rollout, status, observed, now };
  return obeyUrgent(run) ?? countCheck(run) ?? checkIsDue(run) ?? obeyNext(run) ?? proceed(run);
}

function proceed(run: Run): Transition {
  const { state } = run.status;
  switch (state.phase) {
    case "Pending":
      return begin(run);
    case "Applying":
    case "Verifying":
      return settleStep(run, state);
    case "Holding":
      return hold(run, state);
    case "Promoting":
      return settlePromotion(run, state);
    case "RollingBack":
      return settleRollback(run, state);
    case "Paused":
      return rest(run, state);
    case "Succeeded":
    case "RolledBack":
    case "Aborted":
    case "Rejected":
      return act(run);
  }
}

/** Remembers the route as it is, and decides the first step. */
function begin(run: Run): Transition {
  const { virtualService } = run.observed;
  if (virtualService === undefined) return act(run, { type: "read" });
  const { virtualService: name } = run.rollout.spec.target;
  if (virtualService === null) return reject(run, "TargetMissing", `no VirtualService ${name}`);
  const snapshot = snapshotRoute(virtualService, run.rollout.spec);
  if (isRefusal(snapshot)) return reject(run, snapshot.code, snapshot.message);
  const plan = planWeights(virtualService, run.rollout.spec, { percent: 1 });
  if (isRefusal(plan)) return reject(run, plan.code, plan.message);
  const remembered = {
    snapshot: {
      route: snapshot.route,
      destinations: [...snapshot.destinations],
      ...(snapshot.more && {
        more: snapshot.more.map(({ route, destinations }) => ({
          route,
          destinations: [...destinations],
        })),
      }),
      resourceVersion: virtualService.metadata.resourceVersion ?? "",
    },
    canaryRevision: run.observed.canaryRevision ?? null,
  };
  const live = plan.before.find(({ role }) => role === "canary")?.weight ?? 0;
  return beginStep({ ...run, status: { ...run.status, ...remembered } }, firstStep(run, live), {
    who: run.status.startedBy,
    title: "Started",
  });
}

/** Whoever adopts what others set begins above the share that the canary has already. */
function firstStep({ rollout: { spec } }: Run, live: number): number {
  if (spec.drift !== "adopt" || live === 0) return 0;
  const above = spec.steps.findIndex(({ weight }) => weight > live);
  return above < 0 ? spec.steps.length - 1 : above;
}

function reject(run: Run, reason: string, message: string): Transition {
  return become(run, {
    state: { phase: "Rejected", reason, message, at: run.now },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "fail",
      title: "Rejected, nothing was written",
      note: message,
    }),
  });
}

function hold(run: Run, state: StateOf<"Holding">): Transition {
  const { observed, now } = run;
  if (observed.ready?.canary === 0) {
    return rollBack(run, { reason: "CanaryUnready", message: "no pod of the canary is ready" });
  }
  if (isReplaced(run)) return supersede(run);
  const drifted = observed.virtualService === undefined ? undefined : drift(run, state);
  if (drifted) return drifted;
  if (now >= state.holdUntil && state.lastVerdict === "pass") {
    const shut = shutGate(run);
    return shut ? pauseFor(run, shut.reason, shut.message) : advance(run);
  }
  if (state.maxUntil !== null && now >= state.maxUntil) return inconclusive(run);
  const times = [state.holdUntil, state.maxUntil].filter((at) => at !== null && at > now);
  return act(run, {
    type: "wake",
    at: instant(Math.min(state.nextCheckAt, ...(times as number[]))),
  });
}

/** Whether the canary's pods are to run something else than when the rollout began. */
const isReplaced = ({ status, observed }: Run): boolean =>
  status.canaryRevision !== null &&
  observed.canaryRevision !== undefined &&
  observed.canaryRevision !== status.canaryRevision;

/** A freeze that is over ends the pause that it made. */
function rest(run: Run, state: StateOf<"Paused">): Transition {
  if (state.reason !== "Frozen") return act(run);
  const until = frozenUntil(run.rollout, run.status.startedAt, run.now);
  if (until !== undefined) return act(run, { type: "wake", at: until });
  return resume(run, state, { who: "engine", note: "the freeze is over" });
}

/** The step has lasted as long as it may without a verdict: the plan says what happens then. */
function inconclusive(run: Run): Transition {
  const { maxStepDuration, inconclusive: policy } = run.rollout.spec.analysis;
  const message = `no verdict within ${maxStepDuration ?? 0} s: ${run.status.checks.at(-1)?.reason ?? "no check"}`;
  if (policy === "advance") return advance(run, { who: "engine", note: message });
  return policy === "rollback"
    ? rollBack(run, { reason: "Inconclusive", message })
    : pauseFor(run, "Inconclusive", message);
}

/**
 * The weights are not what was written: somebody else wrote. They are set again twice; whoever
 * insists a third time within ten minutes is meant to win until a person decides.
 */
function drift(run: Run, state: StateOf<"Holding">): Transition | undefined {
  const { virtualService } = run.observed;
  const { rollout, status, now } = run;
  if (!virtualService) {
    const { virtualService: name } = rollout.spec.target;
    return pauseFor(run, "TargetMissing", `VirtualService ${name} is gone`);
  }
  const plan = planWeights(virtualService, rollout.spec, {
    percent: state.share,
    snapshot: status.snapshot ?? undefined,
  });
  if (isRefusal(plan)) return pauseFor(run, "TargetMissing", plan.message);
  if (plan.patch.length === 0) return undefined;

  if (rollout.spec.drift !== "reassert") return yieldTo(run, state, plan.before);
  const recent = status.reverts.filter((at) => between(at, now) < CONTENTION_WINDOW);
  const found = plan.before.map(({ label, weight }) => `${label} ${weight}`).join(", ");
  if (recent.length >= REVERTS_ENDURED) {
    return pauseFor(
      { ...run, status: { ...status, reverts: [...recent, now] } },
      "Contended",
      `somebody else set the weights ${recent.length + 1} times in 10 min, now to ${found}`,
    );
  }
  const carry = stopClock(rollout, state, now);
  const operations = status.operations + 1;
  return become(run, {
    operations,
    reverts: [...recent, now],
    state: {
      phase: "Applying",
      carry,
      op: {
        id: `op-${operations}`,
        step: state.step,
        share: state.share,
        from: state.from,
        decidedAt: now,
      },
    },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `Weights were changed from outside; ${state.share} % is set again`,
      note: `found ${found}; the step's clock stands until then`,
    }),
  });
}

/** The weights that somebody else set stay: as the new share of the step, or until a person decides. */
function yieldTo(
  run: Run,
  state: StateOf<"Holding">,
  found: readonly DestinationWeight[],
): Transition {
  const { rollout, now } = run;
  const text = weightsText(found);
  if (rollout.spec.drift === "pause") {
    return pauseFor(run, "Drifted", `somebody else set the weights to ${text}`);
  }
  const canary = found.find(({ role }) => role === "canary")?.weight ?? 0;
  const others = found.reduce((sum, { role, weight }) => sum + (role === "other" ? weight : 0), 0);
  const share = others >= 100 ? 0 : Math.round((canary * 100) / (100 - others));
  const reached = rollout.spec.steps.findLastIndex(({ weight }) => weight <= share);
  const step = Math.max(0, reached);
  const op = { id: "", step, share, from: state.share, decidedAt: now };
  return become(run, {
    adopted: true,
    state: startClock(rollout, op, { carry: undefined, now }),
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `Weights were changed from outside; ${share} % is adopted`,
      note: `found ${text}; the step's clock starts again`,
    }),
  });
}

/** When the machine wants to be called again; undefined where only a change can wake it. */
export const wakeTime = (transition: Transition) => {
  for (const action of transition.actions) if (action.type === "wake") return action.at;
  return undefined;
};
