import { after, between, seconds } from "@/lib/base/units";
import { isRefusal } from "./route-target";
import type { Operation, PauseReason, StateOf } from "./status";
import { startClock, stopClock } from "./step-clock";
import {
  act,
  become,
  currentShare,
  ledgerWith,
  pausedState,
  type Run,
  type Transition,
} from "./transition";
import { type DestinationWeight, planWeights } from "./weight-patch";

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
  const { observed, rollout, status, now } = run;
  const going = (transition: Transition): Settled => ({ type: "going", transition });
  const { virtualService, write } = observed;
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
  if (virtualService === undefined) return going(act(run, { type: "read" }));
  if (virtualService === null) {
    const { virtualService: name } = rollout.spec.target;
    return { type: "stopped", reason: "TargetMissing", message: `VirtualService ${name} is gone` };
  }
  if (virtualService.metadata.resourceVersion === op.staleVersion) {
    return going(act(run, { type: "wake", at: after(now, READ_AGAIN) }));
  }
  const plan = planWeights(virtualService, rollout.spec, {
    percent: op.share,
    restore,
    tidy: op.tidy,
    snapshot: status.snapshot ?? undefined,
  });
  if (isRefusal(plan)) return { type: "stopped", reason: "TargetMissing", message: plan.message };
  if (plan.patch.length === 0) return { type: "settled", weights: plan.after };
  if (report) return going(put({ ...op, writtenAt: now }));
  const deadline = seconds(rollout.spec.progressDeadline);
  if (!restore && between(op.decidedAt, now) >= deadline) {
    const found = weightsText(plan.before);
    return { type: "stopped", reason: "NotConverged", message: `the API server holds ${found}` };
  }
  const limit = restore ? ROLLBACK_READ_BACK_LIMIT : READ_BACK_LIMIT;
  if (op.writtenAt !== undefined && between(op.writtenAt, now) < limit) {
    return going(act(run, { type: "wake", at: after(now, READ_AGAIN) }));
  }
  return going(act(run, { type: "write", op, restore }));
}

/** What the status remembers of weights that were found in place. */
export function confirmed(
  run: Run,
  op: Operation,
  weights: readonly DestinationWeight[],
): Pick<Run["status"], "written"> {
  const { write, virtualService } = run.observed;
  const version =
    write?.outcome === "written"
      ? write.resourceVersion
      : (virtualService?.metadata.resourceVersion ?? "");
  return {
    written: { at: run.now, opId: op.id, resourceVersion: version, weights: [...weights] },
  };
}

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

/** Applying and Verifying: the step's clock starts when its weights are read back. */
export function settleStep(
  run: Run,
  state: StateOf<"Applying"> | StateOf<"Verifying">,
): Transition {
  const { op, carry } = state;
  const settled = settle(run, op, (changed) =>
    become(run, {
      state: {
        ...state,
        phase: changed.writtenAt === undefined ? "Applying" : "Verifying",
        op: changed,
      },
    }),
  );
  if (settled.type === "going") return settled.transition;
  if (settled.type === "stopped") return pauseFor(run, settled.reason, settled.message);

  const { status, now, rollout } = run;
  const wrote = run.observed.write?.outcome === "written" ? run.observed.write : undefined;
  const known = status.steps.filter(({ step }) => step !== op.step);
  return become(run, {
    state: startClock(rollout, op, { carry, now }),
    ...confirmed(run, op, settled.weights),
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
