import { nextStep } from "./gate";
import { NO_MEMORY } from "./sequential-judge";
import { stepAt } from "./plan";
import { pauseFor, settle, weightsText, withWeights } from "./settle";
import type { StateOf } from "./status";
import {
  become,
  currentShare,
  currentStep,
  decide,
  ledgerWith,
  type Run,
  type Transition,
} from "./transition";

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
    ready: null,
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
  if (rollout.spec.finalise === "rotate") {
    return currentShare(status) < 100
      ? promote(passed, { who: why.who, title: "Cut over: 100 % to the canary" })
      : rotate(passed);
  }
  if (leavesTraces(run)) return tidyUp(passed);
  return succeed(passed, { reason: "AllStepsPassed", message: "every step passed" });
}

/** Whether routes or copies of ours are left when the last step has passed. */
function leavesTraces({ rollout: { spec }, status }: Run): boolean {
  if (spec.testers?.only) return true;
  if (spec.steps.at(-1)?.mirror !== undefined) return true;
  return currentShare(status) < 100 && (spec.testers ?? spec.sticky) !== undefined;
}

/**
 * The stable subset takes over what the canary's selects, and then its traffic: so the next
 * rollout finds both names where this one found them.
 */
function rotate(run: Run): Transition {
  const step = currentStep(run.status.state);
  const { op, operations } = decide(run, { step, share: 0 });
  const { stable, canary } = run.rollout.spec;
  return become(run, {
    operations,
    state: { phase: "Promoting", op: { ...op, rotate: true } },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "progress",
      title: `Rotate: ${stable.subset ?? ""} becomes what ${canary.subset ?? ""} is`,
    }),
  });
}

/** The last write of a rollout that added routes or copies: they go, the weights stay. */
function tidyUp(run: Run): Transition {
  const step = currentStep(run.status.state);
  const { op, operations } = decide(run, { step, share: currentShare(run.status) });
  return become(run, {
    operations,
    state: { phase: "Promoting", op: { ...op, tidy: true } },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "progress",
      title: "Every step passed: what the rollout had added goes",
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

/** Promoting: done once everything is read back. */
export function settlePromotion(run: Run, state: StateOf<"Promoting">): Transition {
  const settled = settle(run, state.op, (op) => become(run, { state: { ...state, op } }));
  if (settled.type === "going") return settled.transition;
  if (settled.type === "stopped") return pauseFor(run, settled.reason, settled.message);
  const done = withWeights(run, state.op, settled.weights);
  if (run.rollout.spec.finalise === "rotate" && !state.op.rotate) return rotate(done);
  return succeed(done, {
    reason: state.op.rotate ? "Rotated" : state.op.tidy ? "AllStepsPassed" : "Promoted",
    message: weightsText(settled.weights),
  });
}

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
