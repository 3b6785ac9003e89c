import { resume } from "./progress";
import type { Phase } from "./status";
import { stopClock } from "./step-clock";
import {
  become,
  currentShare,
  ledgerWith,
  pausedState,
  type Run,
  type Transition,
} from "./transition";

const RUNNING: ReadonlySet<Phase> = new Set<Phase>(["Applying", "Verifying", "Holding"]);

/**
 * A rollout stands still as long as `spec.suspend` is set, and goes on by itself when it is taken
 * back; a rollback goes its way all the same (rollouts.md 6.4, R5).
 */
export function standStill(run: Run): Transition | undefined {
  const { state } = run.status;
  const { suspended } = run.observed;
  if (suspended === true && RUNNING.has(state.phase)) {
    const carry = stopClock(run.rollout, state, run.now);
    const message = "spec.suspend is set";
    return become(run, {
      state: pausedState(run, { reason: "Manual", message, carry, suspended: true }),
      ledger: ledgerWith(run, {
        who: "engine",
        level: "info",
        title: `Paused at ${currentShare(run.status)} %`,
        note: message,
      }),
    });
  }
  if (suspended === false && state.phase === "Paused" && state.suspended) {
    return resume(run, state, { who: "engine", note: "spec.suspend is no longer set" });
  }
  return undefined;
}
