import { between, seconds } from "@/lib/base/units";
import { checkIsDue, countCheck } from "./check";
import { obeyNext, obeyUrgent } from "./commands";
import { advance, beginStep, rollBack, settlePromotion, settleRollback } from "./progress";
import { isRefusal } from "./route-target";
import { pauseFor, settleStep } from "./settle";
import type { StateOf } from "./status";
import { stopClock } from "./step-clock";
import { act, become, ledgerWith, type Run, type Transition } from "./transition";
import { planWeights, snapshotRoute } from "./weight-patch";

/** Reverts from outside that are put right within `CONTENTION_WINDOW`; one more is a fight. */
const REVERTS_ENDURED = 2;
const CONTENTION_WINDOW = seconds(600);

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
  return obeyUrgent(run) ?? countCheck(run) ?? checkIsDue(run) ?? obeyNext(run) ?? proceed(run);
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
    case "Succeeded":
    case "RolledBack":
    case "Aborted":
    case "Rejected":
      return act(run);
  }
}

/** Remembers the route as it is, and decides the first step. */
function begin(run: Run): Transition {
  const { virtualService } = run.observed;
  if (virtualService === undefined) return act(run, { type: "read" });
  const { virtualService: name } = run.rollout.spec.target;
  if (virtualService === null) return reject(run, "TargetMissing", `no VirtualService ${name}`);
  const snapshot = snapshotRoute(virtualService, run.rollout.spec);
  if (isRefusal(snapshot)) return reject(run, snapshot.code, snapshot.message);
  const plan = planWeights(virtualService, run.rollout.spec, { percent: 1 });
  if (isRefusal(plan)) return reject(run, plan.code, plan.message);
  const remembered = {
    snapshot: {
      route: snapshot.route,
      destinations: [...snapshot.destinations],
      resourceVersion: virtualService.metadata.resourceVersion ?? "",
    },
  };
  return beginStep({ ...run, status: { ...run.status, ...remembered } }, 0, {
    who: run.status.startedBy,
    title: "Started",
  });
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
  if (observed.ready?.canary === 0) {
    return rollBack(run, { reason: "CanaryUnready", message: "no pod of the canary is ready" });
  }
  const drifted = observed.virtualService === undefined ? undefined : drift(run, state);
  if (drifted) return drifted;
  if (now >= state.holdUntil && state.lastVerdict === "pass") return advance(run);
  const at =
    now < state.holdUntil && state.holdUntil < state.nextCheckAt
      ? state.holdUntil
      : state.nextCheckAt;
  return act(run, { type: "wake", at });
}

/**
 * The weights are not what was written: somebody else wrote. They are set again twice; whoever
 * insists a third time within ten minutes is meant to win until a person decides.
 */
function drift(run: Run, state: StateOf<"Holding">): Transition | undefined {
  const { virtualService } = run.observed;
  const { rollout, status, now } = run;
  if (!virtualService) {
    const { virtualService: name } = rollout.spec.target;
    return pauseFor(run, "TargetMissing", `VirtualService ${name} is gone`);
  }
  const plan = planWeights(virtualService, rollout.spec, {
    percent: state.share,
    snapshot: status.snapshot ?? undefined,
  });
  if (isRefusal(plan)) return pauseFor(run, "TargetMissing", plan.message);
  if (plan.patch.length === 0) return undefined;

  const recent = status.reverts.filter((at) => between(at, now) < CONTENTION_WINDOW);
  const found = plan.before.map(({ label, weight }) => `${label} ${weight}`).join(", ");
  if (recent.length >= REVERTS_ENDURED) {
    return pauseFor(
      { ...run, status: { ...status, reverts: [...recent, now] } },
      "Contended",
      `somebody else set the weights ${recent.length + 1} times in 10 min, now to ${found}`,
    );
  }
  const carry = stopClock(rollout, state, now);
  const operations = status.operations + 1;
  return become(run, {
    operations,
    reverts: [...recent, now],
    state: {
      phase: "Applying",
      carry,
      op: {
        id: `op-${operations}`,
        step: state.step,
        share: state.share,
        from: state.from,
        decidedAt: now,
      },
    },
    ledger: ledgerWith(run, {
      who: "engine",
      level: "warn",
      title: `Weights were changed from outside; ${state.share} % is set again`,
      note: `found ${found}; the step's clock stands until then`,
    }),
  });
}

/** When the machine wants to be called again; undefined where only a change can wake it. */
export const wakeTime = (transition: Transition) => {
  for (const action of transition.actions) if (action.type === "wake") return action.at;
  return undefined;
};
