import { after, between, type Instant, type Millis, millis, seconds } from "@/lib/base/units";
import type { CanaryRollout } from "./plan";
import { stepAt } from "./plan";
import type { Operation } from "./operation";
import type { Carry, RolloutState, StateOf } from "./status";

const atLeastZero = (ms: number) => millis(Math.max(0, ms));

/** The whole of a step: nothing of it has passed. */
function fullStep({ spec }: CanaryRollout, step: number): Carry {
  const { warmUp, initialDelay, interval, maxStepDuration } = spec.analysis;
  return {
    maxLeft: maxStepDuration === undefined ? null : seconds(warmUp + maxStepDuration),
    holdLeft: seconds(warmUp + stepAt(spec, step).hold),
    checkLeft: seconds(warmUp + initialDelay + interval),
    lastVerdict: null,
  };
}

/** The time in which final weights are watched. */
export const bakingTime = ({ spec }: CanaryRollout): Carry => ({
  maxLeft: null,
  holdLeft: seconds(spec.bake),
  checkLeft: seconds(spec.analysis.interval),
  lastVerdict: null,
  baking: true,
});

/**
 * Until the next check of those that the plan counts from the step's beginning. One that was missed
 * is left out: made later, it would look at a time that is not the step's.
 */
function untilCheck({ spec }: CanaryRollout, left: number): Millis {
  const interval = seconds(spec.analysis.interval);
  return millis(left > 0 ? left : interval - (-left % interval));
}

/** What is left of a step when its clock stops now. */
export function stopClock(rollout: CanaryRollout, state: RolloutState, now: Instant): Carry {
  switch (state.phase) {
    case "Holding":
      return {
        holdLeft: atLeastZero(between(now, state.holdUntil)),
        checkLeft: untilCheck(rollout, between(now, state.nextCheckAt)),
        maxLeft: state.maxUntil === null ? null : atLeastZero(between(now, state.maxUntil)),
        lastVerdict: state.lastVerdict,
        ...(state.baking ? { baking: true } : {}),
      };
    case "Paused":
      return state.carry;
    case "Applying":
    case "Verifying":
      return state.carry ?? fullStep(rollout, state.op.step);
    case "Promoting":
    case "RollingBack":
      return fullStep(rollout, state.op.step);
    default:
      return fullStep(rollout, 0);
  }
}

/** The hold of a step whose weights were verified now: only from here on its time counts. */
export function startClock(
  rollout: CanaryRollout,
  op: Operation,
  at: { readonly carry: Carry | undefined; readonly now: Instant },
): StateOf<"Holding"> {
  const { carry = fullStep(rollout, op.step), now } = at;
  const { warmUp, initialDelay } = rollout.spec.analysis;
  const windowFrom = after(now, seconds(at.carry ? 0 : warmUp + initialDelay));
  return {
    phase: "Holding",
    step: op.step,
    share: op.share,
    from: op.from,
    verifiedAt: now,
    holdUntil: after(now, carry.holdLeft),
    maxUntil: carry.maxLeft === null ? null : after(now, carry.maxLeft),
    nextCheckAt: after(now, carry.checkLeft),
    windowFrom,
    quietSince: windowFrom,
    lastVerdict: carry.lastVerdict,
    ...(carry.baking ? { baking: true } : {}),
  };
}
