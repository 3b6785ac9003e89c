import { after, seconds } from "@/lib/base/units";
import { nextStep } from "./gate";
import { NO_MEMORY } from "./sequential-judge";
import { stepAt } from "./plan";
import { confirmed, pauseFor, settle, weightsText } from "./settle";
import type { BlockedReason, Operation, RollbackReason, RolloutState, StateOf } from "./status";
import {
  act,
  become,
  currentShare,
  currentStep,
  decide,
  ledgerWith,
  type Run,
  type Transition,
} from "./transition";

const STABLE_RETRY = seconds(10);

/** Decides a step: its weights are to be written. */
export function beginStep(
  run: Run,
  step: number,
  why: { readonly who: string; readonly title?: string; readonly note?: string },
): Transition {
  const { weight } = stepAt(run.rollout.spec, step);
  const { op, operations } = decide(run, { step, share: weight });
  const { evidence } = run.status;
  return become(run, {
    operations,
    adopted: false,
    // Evidence of failures goes on; how durations are distributed depends on the load.
    evidence: evidence && { ...evidence, durations: NO_MEMORY.durations },
    state: { phase: "Applying", op },
    ledger: ledgerWith(run, {
      who: why.who,
      level: "progress",
      title: why.title ? `${why.title}: ${weight} % to the canary` : `Advance to ${weight} %`,
      ...(why.note ? { note: why.note } : {}),
    }),
  });
}

/** The step is over: the next one, or the end. */
export function advance(
  run: Run,
  why: { readonly who: string; readonly note?: string } = { who: "judge" },
): Transition {
  const { rollout, status, now } = run;
  const step = currentStep(status.state);
  const steps = status.steps.map((entry) =>
    entry.step === step ? { ...entry, passedAt: now } : entry,
  );
  const passed: Run = { ...run, status: { ...status, steps } };
  const last = status.checks.at(-1);
  const note = why.note ?? last?.reason;
  const next = nextStep(rollout, status);
  if (next < rollout.spec.steps.length) {
    return beginStep(passed, next, { who: why.who, ...(note ? { note } : {}) });
  }
  if (rollout.spec.finalise === "cutover" && currentShare(status) < 100) {
    return promote(passed, { who: why.who, title: "Cut over: 100 % to the canary" });
  }
  const { testers } = rollout.spec;
  if (testers && (testers.only || currentShare(status) < 100)) return tidyUp(passed);
  return succeed(passed, { reason: "AllStepsPassed", message: "every step passed" });
}

/** The last write of a rollout with testers: their routes go, the weights stay. */
function tidyUp(run: Run): Transition {
  const step = currentStep(run.status.state);
  const { op, operations } = decide(run, { step, share: currentShare(run.status) });
  return become(run, {
    operations,
    state: { phase: "Promoting", op: { ...op, tidy: true } },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "progress",
      title: "Every step passed: the testers' routes go",
    }),
  });
}

/** Decides that the canary gets everything now. */
export function promote(
  run: Run,
  why: { readonly who: string; readonly title: string; readonly note?: string },
): Transition {
  const step = run.rollout.spec.steps.length - 1;
  const { op, operations } = decide(run, { step, share: 100 });
  return become(run, {
    operations,
    state: { phase: "Promoting", op },
    ledger: ledgerWith(run, {
      who: why.who,
      level: "progress",
      title: why.title,
      ...(why.note ? { note: why.note } : {}),
    }),
  });
}

function succeed(run: Run, end: { readonly reason: string; readonly message: string }): Transition {
  return become(run, {
    state: { phase: "Succeeded", ...end, at: run.now },
    ledger: ledgerWith(run, { who: "engine", level: "ok", title: "Succeeded", note: end.message }),
  });
}

/** Decides that the canary loses its traffic. */
export function rollBack(
  run: Run,
  why: { readonly reason: RollbackReason; readonly message: string; readonly who?: string },
): Transition {
  const { op, operations } = decide(run, { step: currentStep(run.status.state), share: 0 });
  return become(run, {
    operations,
    state: {
      phase: "RollingBack",
      op,
      reason: why.reason,
      message: why.message,
      since: run.now,
    },
    ledger: ledgerWith(run, {
      who: why.who ?? "judge",
      level: "fail",
      title: "Roll back",
      note: why.message,
    }),
  });
}

/** Promoting: done once everything is read back. */
export function settlePromotion(run: Run, state: StateOf<"Promoting">): Transition {
  const settled = settle(run, state.op, (op) => become(run, { state: { ...state, op } }));
  if (settled.type === "going") return settled.transition;
  if (settled.type === "stopped") return pauseFor(run, settled.reason, settled.message);
  const done = withWeights(run, state.op, settled.weights);
  return succeed(done, {
    reason: state.op.tidy ? "AllStepsPassed" : "Promoted",
    message: weightsText(settled.weights),
  });
}

/**
 * RollingBack: ends only when the old weights are read back. It is never given up: what is in the
 * way is waited for, and traffic is not sent to a stable version that has no ready pod.
 */
export function settleRollback(run: Run, state: StateOf<"RollingBack">): Transition {
  const { now, observed } = run;
  const retryAt = after(now, STABLE_RETRY);
  if (observed.ready?.stable === 0) {
    if (state.blocked?.reason === "StableUnready") return act(run, { type: "wake", at: retryAt });
    const message = "no pod of the stable version is ready; the weights stay until one is";
    return block(run, state, { reason: "StableUnready", message });
  }
  const settled = settle(run, state.op, (op) => become(run, { state: { ...state, op } }), true);
  if (settled.type === "going") return settled.transition;
  if (settled.type === "stopped") {
    const op = { ...state.op, retryAt };
    const { reason, message } = settled;
    if (state.blocked?.message === message) return become(run, { state: { ...state, op } });
    return block(run, { ...state, op }, { reason, message });
  }
  const done = withWeights(run, state.op, settled.weights);
  if (state.reason === "Superseded") return startAnew(done);
  return become(done, {
    state: { phase: "RolledBack", reason: state.reason, message: state.message, at: now },
    ledger: ledgerWith(done, {
      who: "engine",
      level: "ok",
      title: "Rolled back",
      note: `${weightsText(settled.weights)}; read back from the API server`,
    }),
  });
}

/** The canary was replaced: what is known of the old one says nothing of the new one. */
export function supersede(run: Run): Transition {
  const message = "the canary was replaced by another one: its traffic is taken back first";
  return rollBack(run, { reason: "Superseded", message, who: "engine" });
}

/** The first step again, for another canary. */
function startAnew({ status, ...run }: Run): Transition {
  const fresh: Run["status"] = {
    ...status,
    run: status.run + 1,
    canaryRevision: run.observed.canaryRevision ?? null,
    evidence: null,
    failures: { total: 0, consecutive: 0 },
    queryErrors: 0,
    approved: [],
    steps: [],
  };
  return beginStep({ ...run, status: fresh }, 0, {
    who: "engine",
    title: "Started again with the new canary",
  });
}

function block(
  run: Run,
  state: StateOf<"RollingBack">,
  blocked: { readonly reason: BlockedReason; readonly message: string },
): Transition {
  const next: RolloutState = { ...state, blocked };
  return become(run, {
    state: next,
    ledger: ledgerWith(run, {
      who: "engine",
      level: "fail",
      title: "The rollback waits",
      note: blocked.message,
    }),
  });
}

const withWeights = (run: Run, op: Operation, weights: Parameters<typeof confirmed>[2]): Run => ({
  ...run,
  status: { ...run.status, ...confirmed(run, op, weights) },
});

/** Goes on where the clock was stopped, once the weights are in place. */
export function resume(
  run: Run,
  state: StateOf<"Paused">,
  why: { readonly who: string; readonly note?: string | undefined },
): Transition {
  const { op, operations } = decide(run, { step: state.step, share: state.share });
  return become(run, {
    operations,
    queryErrors: 0,
    reverts: [],
    state: { phase: "Applying", op, carry: state.carry },
    ledger: ledgerWith(run, {
      who: why.who,
      level: "info",
      title: `Resumed at ${state.share} %`,
      ...(why.note ? { note: why.note } : {}),
    }),
  });
}
