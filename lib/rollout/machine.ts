import { after, between, instant, seconds } from "@/lib/base/units";
import { checkIsDue, countCheck } from "./check";
import { obeyNext, obeyUrgent } from "./commands";
import { frozenUntil, shutGate } from "./gate";
import { unattended } from "./controller-gap";
import { drift } from "./drift";
import { refusal, unconfirmed } from "./hooks";
import { settlePromotion } from "./ending";
import { advance, beginStep, resume } from "./progress";
import { loseUnready, rollBack, settleRollback, supersede } from "./rollback";
import type { Operation } from "./operation";
import { decided, withEdits } from "./plan-edits";
import { planRollout, type RolloutGoal } from "./rollout-plan";
import { isRefusal } from "./route-target";
import { pauseFor, settleStep } from "./settle";
import { remember } from "./remember";
import { isTerminal, type StateOf } from "./status";
import { standStill } from "./suspend";
import { targetKey } from "./targets";
import { companions, waitsFor } from "./train";
import {
  act,
  become,
  goalOf,
  ledgerWith,
  rememberedOf,
  type Run,
  type Transition,
} from "./transition";

/** How often a rollout looks after the others of its train. */
const TRAIN_LOOK = seconds(2);
/** How often webhooks are asked again that keep a rollout from its start. */
const START_LOOK = seconds(10);

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
  const before: Run = { rollout, status, observed, now };
  const run = isTerminal(status) ? before : withEdits(before);
  return decided(before, run, decision(run));
}

function decision(run: Run): Transition {
  return (
    leave(run) ??
    obeyUrgent(run) ??
    countCheck(run) ??
    checkIsDue(run) ??
    loseUnready(run) ??
    standStill(run) ??
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
      return leftAlone(run, state.op) ?? settleStep(run, state);
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

/** An increase that was decided before a gap is no longer a matter of course. */
function leftAlone(run: Run, { share, from, decidedAt, ...op }: Operation): Transition | undefined {
  if (share <= from || op.writtenAt !== undefined) return undefined;
  return unattended(run, between(instant(Math.max(decidedAt, op.retryAt ?? 0)), run.now));
}

/** Remembers the routes as they are, and decides the first step. */
function begin(run: Run): Transition {
  const { objects, suspended } = run.observed;
  if (suspended) {
    const { state } = run.status;
    return state.phase === "Pending" && state.suspended
      ? act(run)
      : become(run, { state: { phase: "Pending", suspended: true } });
  }
  const before = waitsFor(run.rollout, run.observed.train ?? []);
  if (before.length > 0) {
    const { state } = run.status;
    const isTold =
      state.phase === "Pending" && JSON.stringify(state.waitsFor) === JSON.stringify(before);
    return isTold
      ? act(run, { type: "wake", at: instant(run.now + TRAIN_LOOK) })
      : become(run, { state: { phase: "Pending", waitsFor: before } });
  }
  const closed = refusal(run.observed.startHooks ?? []);
  if (closed !== undefined) {
    const { state } = run.status;
    return state.phase === "Pending" && state.unconfirmed === closed
      ? act(run, { type: "wake", at: after(run.now, START_LOOK) })
      : become(run, { state: { phase: "Pending", unconfirmed: closed } });
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
  const sent = foundSent(run, state);
  if (sent) return sent;
  if (isReplaced(run)) return supersede(run);
  const isDone = isOver(run, state);
  const shut = isDone && !state.baking ? shutGate(run) : undefined;
  const train = isDone && !shut ? waitForTrain(run, state) : undefined;
  const closed = isDone && !state.baking ? unconfirmed(run) : undefined;
  const goesOn = isDone && !shut && !train && closed === undefined;
  const drifted = drift(run, state, goesOn && !state.baking);
  if (drifted) return drifted;
  if (shut) return pauseFor(run, shut.reason, shut.message);
  if (isDone && closed !== undefined) return act(run, { type: "wake", at: state.nextCheckAt });
  if (isDone) return train ?? advance(run);
  if (state.maxUntil !== null && now >= state.maxUntil) return inconclusive(run);
  const times: (number | null)[] = [state.holdUntil, state.maxUntil];
  if (run.rollout.spec.train) times.push(now + TRAIN_LOOK);
  const later = times.filter((at): at is number => at !== null && at > now);
  return act(run, { type: "wake", at: instant(Math.min(state.nextCheckAt, ...later)) });
}

/**
 * The next step's write was sent, and whoever sent it could not say so any more: its weights are in
 * place, in all objects or in some while the others are as they were, so it is gone on with. What is
 * done is not written again (rollouts.md scenario 67).
 */
function foundSent(run: Run, state: StateOf<"Holding">): Transition | undefined {
  const { rollout, status, observed, now } = run;
  const { prepared } = status;
  const { objects } = observed;
  if (!prepared || !observed.perhapsSent || !objects || now < state.holdUntil) return undefined;
  const amiss = (goal: RolloutGoal) => {
    const plan = planRollout(rollout, rememberedOf(run), { objects, goal, down: false });
    return isRefusal(plan)
      ? undefined
      : plan.objects.filter(({ patch }) => patch.length > 0).map(({ target }) => targetKey(target));
  };
  const changed = amiss(goalOf(rollout, state));
  const undone = amiss(goalOf(rollout, prepared));
  const isSent = changed && undone && changed.some((key) => !undone.includes(key));
  if (!isSent || changed.some((key) => undone.includes(key))) return undefined;
  const found: Run = {
    ...run,
    status: {
      ...status,
      steps: status.steps.map((entry) =>
        entry.step === state.step ? { ...entry, passedAt: entry.passedAt ?? now } : entry,
      ),
    },
  };
  return beginStep(found, prepared.step, {
    who: "engine",
    note:
      undone.length === 0
        ? "its weights were found in place: they were written before the process that did it ended"
        : "its weights were found in some objects: the process that wrote them ended before the others",
  });
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

/** When the machine wants to be called again; undefined where only a change can wake it. */
export const wakeTime = (transition: Transition) => {
  for (const action of transition.actions) if (action.type === "wake") return action.at;
  return undefined;
};
