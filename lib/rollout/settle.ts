import { after, between, seconds } from "@/lib/base/units";
import { planRollout } from "./rollout-plan";
import { isRefusal } from "./route-target";
import type { Operation, PauseReason } from "./operation";
import type { StateOf } from "./status";
import { startClock, stopClock } from "./step-clock";
import {
  act,
  become,
  currentShare,
  decide,
  goalOf,
  ledgerWith,
  pausedState,
  prepare,
  rememberedOf,
  type Run,
  type Transition,
} from "./transition";
import type { DestinationWeight } from "./weight-patch";

/** Tries of a write that could not be delivered; the same for all replicas, at most one in 2 s. */
const RETRY = seconds(2);
const READ_AGAIN = seconds(1);
/** A confirmed write that is not read back for so long was overwritten. */
const READ_BACK_LIMIT = seconds(60);
/** To take traffic away waits less: sent again, an absolute share does no harm. */
const ROLLBACK_READ_BACK_LIMIT = seconds(2);

/** How far a decided write has come. */
export type Settled =
  | { readonly type: "settled"; readonly weights: readonly DestinationWeight[] }
  | { readonly type: "stopped"; readonly reason: PauseReason; readonly message: string }
  | { readonly type: "going"; readonly transition: Transition };

/**
 * Brings a decided write to its end, whoever decided it and whatever happened in between.
 *
 * What counts is what the API server holds now: weights that are there already are not written
 * again, so a write whose confirmation was lost is found done (rollouts.md 6.3 R1, R2).
 */
export function settle(
  run: Run,
  op: Operation,
  put: (op: Operation) => Transition,
  restore = false,
): Settled {
  const { observed, rollout, now } = run;
  const going = (transition: Transition): Settled => ({ type: "going", transition });
  const { objects, write } = observed;
  const report = write?.opId === op.id ? write : undefined;

  if (report?.outcome === "contended") {
    return { type: "stopped", reason: "Contended", message: report.message };
  }
  if (report?.outcome === "refused") {
    return { type: "stopped", reason: "WriteRefused", message: report.message };
  }
  if (report?.outcome === "failed") return going(put({ ...op, retryAt: after(now, RETRY) }));
  if (op.retryAt !== undefined && now < op.retryAt) {
    return going(act(run, { type: "wake", at: op.retryAt }));
  }
  if (objects === undefined) return going(act(run, { type: "read" }));
  const lags = [...objects].some(([key, object]) => {
    const stale = op.stale?.[key];
    return stale !== undefined && object?.metadata.resourceVersion === stale;
  });
  if (lags) return going(act(run, { type: "wake", at: after(now, READ_AGAIN) }));
  const { tidy, rotate, finalise } = op;
  const goal = goalOf(rollout, op, { restore, tidy, rotate, finalise });
  const down = restore || (op.share < op.from && !rotate && !finalise);
  const plan = planRollout(rollout, rememberedOf(run), { objects, goal, down });
  if (isRefusal(plan)) return { type: "stopped", reason: "TargetMissing", message: plan.message };
  if (plan.settled) return { type: "settled", weights: plan.after };
  if (report?.outcome === "written") {
    return going(put({ ...op, writtenAt: now, stage: report.stage }));
  }
  const deadline = seconds(rollout.spec.progressDeadline);
  if (!restore && between(op.decidedAt, now) >= deadline) {
    const found = plan.waits ?? `the API server holds ${weightsText(plan.before)}`;
    return { type: "stopped", reason: "NotConverged", message: found };
  }
  if (plan.waits !== undefined)
    return going(act(run, { type: "wake", at: after(now, READ_AGAIN) }));
  const limit = restore ? ROLLBACK_READ_BACK_LIMIT : READ_BACK_LIMIT;
  const isWritten = op.writtenAt !== undefined && plan.stage <= (op.stage ?? 0);
  if (isWritten && between(op.writtenAt ?? now, now) < limit) {
    return going(act(run, { type: "wake", at: after(now, READ_AGAIN) }));
  }
  const targets = plan.due.map(({ target }) => target);
  const changes = plan.objects.flatMap(({ target, patch }) => (patch.length > 0 ? [target] : []));
  return going(act(run, { type: "write", op, goal, stage: plan.stage, targets, changes }));
}

/** What the status remembers of weights that were found in place. */
function confirmed(
  run: Run,
  op: Operation,
  weights: readonly DestinationWeight[],
): Pick<Run["status"], "written"> {
  const { write, objects } = run.observed;
  const found = [...(objects ?? [])].map(([key, object]) => [
    key,
    object?.metadata.resourceVersion ?? "",
  ]);
  const versions = {
    ...(Object.fromEntries(found) as Record<string, string>),
    ...(write?.outcome === "written" ? write.versions : {}),
  };
  return { written: { at: run.now, opId: op.id, versions, weights: [...weights] } };
}

/** The run whose status remembers weights that were found in place. */
export const withWeights = (
  run: Run,
  op: Operation,
  weights: Parameters<typeof confirmed>[2],
): Run => ({
  ...run,
  status: { ...run.status, ...confirmed(run, op, weights) },
});

/** `v1 90, v3 10`: weights as the ledger names them. */
export const weightsText = (weights: readonly DestinationWeight[]): string =>
  weights.map(({ label, weight }) => `${label} ${weight}`).join(", ");

/** Stops the step's clock and waits for a person. */
export function pauseFor(run: Run, reason: PauseReason, message: string): Transition {
  const carry = stopClock(run.rollout, run.status.state, run.now);
  return become(run, {
    state: pausedState(run, { reason, message, carry }),
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `Paused at ${currentShare(run.status)} %`,
      note: message,
    }),
  });
}

/**
 * Of several objects some were written and another could not be: all go back to what they were,
 * so that no two entrances of one service divide it differently. Undefined where none was written.
 */
function compensated(
  run: Run,
  op: Operation,
  { reason, message }: Extract<Settled, { type: "stopped" }>,
): Transition | undefined {
  const { observed, rollout, now } = run;
  const remembered = rememberedOf(run);
  if (op.compensates || remembered.targets.length < 2 || !observed.objects) return undefined;
  const back = { ...decide(run, { step: op.step, share: op.from }) };
  const goal = goalOf(rollout, back.op, { restore: op.from === 0 });
  const plan = planRollout(rollout, remembered, { objects: observed.objects, goal, down: true });
  if (isRefusal(plan) || plan.settled) return undefined;
  const compensates = { reason, message, share: op.share };
  return become(run, {
    operations: back.operations,
    state: { phase: "Applying", op: { ...back.op, from: op.share, compensates, decidedAt: now } },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `${op.share} % could not be written everywhere; back to ${op.from} %`,
      note: message,
    }),
  });
}

/** What was written in part is taken back: a person must look, and may have it tried again. */
function giveUp(
  run: Run,
  { reason, message, share }: NonNullable<Operation["compensates"]>,
): Transition {
  const isUndone = currentShare(run.status) !== share;
  const paused = pauseFor(run, reason, isUndone ? `${message}; nothing of it is left` : message);
  const { state } = paused.status;
  if (state.phase !== "Paused") return paused;
  return { ...paused, status: { ...paused.status, state: { ...state, share } } };
}

/** Applying and Verifying: the step's clock starts when its weights are read back. */
export function settleStep(
  run: Run,
  state: StateOf<"Applying"> | StateOf<"Verifying">,
): Transition {
  const { op, carry } = state;
  const put = (changed: Operation) =>
    become(run, {
      state: {
        ...state,
        phase: changed.writtenAt === undefined ? "Applying" : "Verifying",
        op: changed,
      },
    });
  const settled = settle(run, op, put, op.compensates !== undefined && op.share === 0);
  if (settled.type === "going") return settled.transition;
  if (settled.type === "stopped") {
    return compensated(run, op, settled) ?? pauseFor(run, settled.reason, settled.message);
  }
  if (op.compensates) return giveUp(run, op.compensates);

  const { status, now, rollout } = run;
  const wrote = run.observed.write?.outcome === "written" ? run.observed.write : undefined;
  const known = status.steps.filter(({ step }) => step !== op.step);
  return become(run, {
    state: startClock(rollout, op, { carry, now }),
    ...confirmed(run, op, settled.weights),
    ...prepare(run, op.step),
    steps: carry ? status.steps : [...known, { step: op.step, verifiedAt: now, passedAt: null }],
    ledger: ledgerWith(run, {
      who: "engine",
      level: carry ? "info" : "ok",
      title: carry ? `Clock runs again at ${op.share} %` : `${op.share} % in place`,
      note: `${weightsText(settled.weights)}; read back from the API server`,
      ...(wrote ? { before: [...wrote.before], after: [...wrote.after] } : {}),
    }),
  });
}
