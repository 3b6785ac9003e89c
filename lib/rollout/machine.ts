import { between, instant, seconds } from "@/lib/base/units";
import { checkIsDue, countCheck } from "./check";
import { obeyNext, obeyUrgent } from "./commands";
import { frozenUntil, shutGate } from "./gate";
import { advance, beginStep, resume, settlePromotion } from "./progress";
import { loseUnready, rollBack, settleRollback, supersede } from "./rollback";
import { planRollout } from "./rollout-plan";
import { isRefusal } from "./route-target";
import { pauseFor, settleStep, weightsText } from "./settle";
import { remember } from "./remember";
import { isTerminal, type StateOf } from "./status";
import { startClock, stopClock } from "./step-clock";
import { companions, waitsFor } from "./train";
import {
  act,
  become,
  decide,
  goalOf,
  ledgerWith,
  rememberedOf,
  type Run,
  type Transition,
} from "./transition";
import type { DestinationWeight } from "./weight-patch";

/** Reverts from outside that are put right within `CONTENTION_WINDOW`; one more is a fight. */
const REVERTS_ENDURED = 2;
const CONTENTION_WINDOW = seconds(600);
/** How often a rollout looks after the others of its train. */
const TRAIN_LOOK = seconds(2);

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
  return (
    leave(run) ??
    obeyUrgent(run) ??
    countCheck(run) ??
    checkIsDue(run) ??
    loseUnready(run) ??
    obeyNext(run) ??
    proceed(run)
  );
}

/** What takes the traffic back without anybody's asking: the rollout is deleted, or its train is off. */
function leave(run: Run): Transition | undefined {
  const { status, observed } = run;
  if (isTerminal(status) || status.state.phase === "RollingBack") return undefined;
  if (observed.deleted) {
    const message = "the rollout was deleted";
    return status.state.phase === "Pending"
      ? reject(run, "Deleted", message)
      : rollBack(run, { reason: "Deleted", message, who: "engine" });
  }
  if (status.state.phase === "Pending") return undefined;
  const off = observed.train?.find(
    ({ rolledBackAt }) => rolledBackAt !== undefined && rolledBackAt >= status.startedAt,
  );
  if (!off) return undefined;
  const message = `${off.name} of the same train is rolled back`;
  return rollBack(run, { reason: "Train", message, who: "engine" });
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

/** Remembers the routes as they are, and decides the first step. */
function begin(run: Run): Transition {
  const { objects } = run.observed;
  const after = waitsFor(run.rollout, run.observed.train ?? []);
  if (after.length > 0) {
    const { state } = run.status;
    const isTold =
      state.phase === "Pending" && JSON.stringify(state.waitsFor) === JSON.stringify(after);
    return isTold
      ? act(run, { type: "wake", at: instant(run.now + TRAIN_LOOK) })
      : become(run, { state: { phase: "Pending", waitsFor: after } });
  }
  if (objects === undefined) return act(run, { type: "read" });
  const targets = run.observed.targets ?? rememberedOf(run).targets;
  const remembered = remember(run.rollout, targets, objects);
  if (isRefusal(remembered)) return reject(run, remembered.code, remembered.message);
  const goal = { percent: 1 };
  const plan = planRollout(run.rollout, remembered, { objects, goal, down: false });
  if (isRefusal(plan)) return reject(run, plan.code, plan.message);
  const live = plan.before.find(({ role }) => role === "canary")?.weight ?? 0;
  const status = {
    ...run.status,
    ...remembered,
    canaryRevision: run.observed.canaryRevision ?? null,
  };
  return beginStep({ ...run, status }, firstStep(run, live), {
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
  // Neither forward nor back leads to a subset that no rule defines.
  if (observed.stableUndefined !== undefined) {
    return pauseFor(run, "TargetMissing", observed.stableUndefined);
  }
  if (isReplaced(run)) return supersede(run);
  const drifted = observed.objects === undefined ? undefined : drift(run, state);
  if (drifted) return drifted;
  if (isOver(run, state)) {
    const shut = shutGate(run);
    if (shut) return pauseFor(run, shut.reason, shut.message);
    return waitForTrain(run, state) ?? advance(run);
  }
  if (state.maxUntil !== null && now >= state.maxUntil) return inconclusive(run);
  const times: (number | null)[] = [state.holdUntil, state.maxUntil];
  if (run.rollout.spec.train) times.push(now + TRAIN_LOOK);
  const later = times.filter((at): at is number => at !== null && at > now);
  return act(run, { type: "wake", at: instant(Math.min(state.nextCheckAt, ...later)) });
}

/** Whether the hold has passed, and the last check with it (R7). */
const isOver = ({ now }: Run, state: StateOf<"Holding">): boolean =>
  now >= state.holdUntil && state.lastVerdict === "pass";

/** Nobody of a train goes on before the others may; undefined where they may. */
function waitForTrain(run: Run, state: StateOf<"Holding">): Transition | undefined {
  const { rollout, status, observed, now } = run;
  const behind = companions(rollout, observed.train ?? []).filter(
    ({ passed }) => passed < state.step,
  );
  if (behind.length === 0) return undefined;
  if (status.ready !== state.step) return become(run, { ready: state.step });
  const at = instant(Math.min(state.nextCheckAt, now + TRAIN_LOOK));
  return act(run, { type: "wake", at });
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
  const { objects } = run.observed;
  const { rollout, status, now } = run;
  if (!objects) return undefined;
  const plan = planRollout(rollout, rememberedOf(run), {
    objects,
    goal: goalOf(rollout, state),
    down: false,
  });
  if (isRefusal(plan)) return pauseFor(run, "TargetMissing", plan.message);
  if (plan.settled) return undefined;

  const found = plan.due.find(({ before }) => before.length > 0)?.before ?? [];
  const own = found.map(({ weight }) => weight);
  const wanted = plan.due.find(({ before }) => before.length > 0)?.after ?? [];
  // Subsets and routes that were added are ours alone: only weights are there to be adopted.
  const isWeights = wanted.some(({ weight }, index) => weight !== own[index]);
  if (rollout.spec.drift !== "reassert" && isWeights) return yieldTo(run, state, found);
  const recent = status.reverts.filter((at) => between(at, now) < CONTENTION_WINDOW);
  const text = isWeights ? weightsText(found) : "what the rollout had added was changed";
  if (recent.length >= REVERTS_ENDURED) {
    return pauseFor(
      { ...run, status: { ...status, reverts: [...recent, now] } },
      "Contended",
      `somebody else set the weights ${recent.length + 1} times in 10 min, now to ${text}`,
    );
  }
  const reverts = [...recent, now];
  const counted: Run = { ...run, status: { ...status, reverts } };
  // At the end of its hold the next step's weights are written over them: once, not twice.
  if (isOver(run, state) && !shutGate(run) && !waitForTrain(run, state)) return advance(counted);
  const carry = stopClock(rollout, state, now);
  const { op, operations } = decide(run, { step: state.step, share: state.share });
  return become(run, {
    operations,
    reverts,
    state: { phase: "Applying", carry, op: { ...op, from: state.from } },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `Weights were changed from outside; ${state.share} % is set again`,
      note: `found ${text}; the step's clock stands until then`,
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
