import { type Millis, seconds } from "@/lib/base/units";
import { rollBack } from "./rollback";
import { pauseFor } from "./settle";
import {
  become,
  currentShare,
  currentStep,
  decide,
  ledgerWith,
  type Run,
  type Transition,
} from "./transition";

/**
 * What the plan says that happens after nobody drove the rollout for `gap`; undefined where it says
 * nothing, or that wasn't long enough (rollouts.md section 4, `onControllerLoss`).
 */
export function unattended(run: Run, gap: Millis): Transition | undefined {
  const { controllerGap } = run.rollout.spec;
  if (!controllerGap || gap < seconds(controllerGap.limit)) return undefined;
  const message = `nobody drove the rollout for ${Math.round(gap / 1000)} s`;
  switch (controllerGap.then) {
    case "hold":
      return undefined;
    case "pause":
      return pauseFor(run, "ControllerGap", message);
    case "rollback":
      return rollBack(run, { reason: "ControllerGap", message, who: "engine" });
    case "safeWeight":
      return stepDown(run, controllerGap.weight ?? 0, message);
  }
}

/** The canary gets no more than is safe, and a person decides about the rest. */
function stepDown(run: Run, safe: number, message: string): Transition {
  const share = currentShare(run.status);
  if (share <= safe) return pauseFor(run, "ControllerGap", message);
  const { op, operations } = decide(run, { step: currentStep(run.status.state), share: safe });
  const compensates = { reason: "ControllerGap" as const, message, share: safe };
  return become(run, {
    operations,
    adopted: true,
    state: { phase: "Applying", op: { ...op, compensates } },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `Back to ${safe} %, which the plan calls safe`,
      note: message,
    }),
  });
}
