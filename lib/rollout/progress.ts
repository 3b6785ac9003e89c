import { nextStep } from "./gate";
import { conclude } from "./ending";
import { NO_MEMORY } from "./sequential-judge";
import { stepAt } from "./plan";
import type { StateOf } from "./status";
import {
  become,
  currentShare,
  currentStep,
  decide,
  isBaking,
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
  const { evidence, prepared, operations: decided } = run.status;
  const isReady = prepared?.step === step && prepared.share === weight;
  const { op, operations } = isReady
    ? {
        op: { ...prepared, from: currentShare(run.status), decidedAt: run.now },
        operations: decided,
      }
    : decide(run, { step, share: weight });
  return become(run, {
    operations,
    prepared: null,
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
  if (next < rollout.spec.steps.length && !isBaking(status.state)) {
    return beginStep(passed, next, { who: why.who, ...(note ? { note } : {}) });
  }
  return conclude(passed, isBaking(status.state) ? "bake" : undefined, why.who);
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
