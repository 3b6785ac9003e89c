import { after, seconds } from "@/lib/base/units";
import type { BlockedReason, PauseReason, RollbackReason } from "./operation";
import { beginStep } from "./progress";
import { settle, weightsText, withWeights } from "./settle";
import type { RolloutState, StateOf } from "./status";
import {
  act,
  become,
  currentStep,
  decide,
  ledgerWith,
  type Run,
  type Transition,
} from "./transition";

const STABLE_RETRY = seconds(10);

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
  const short = tooFew(run, state);
  if (short !== undefined) return returnInPart(run, state, short);
  const settled = settle(
    run,
    state.op,
    (op) => become(run, { state: { ...state, op } }),
    state.op.share === 0,
  );
  if (settled.type === "going") return settled.transition;
  if (settled.type === "settled" && state.op.share > 0)
    return act(run, { type: "wake", at: retryAt });
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
      ...(run.status.written ? { before: run.status.written.weights } : {}),
      after: [...settled.weights],
    }),
  });
}

/**
 * Percent that the canary has to keep for now, because too few pods of the stable version are
 * ready for the rest, where that differs from what is being written; undefined where it does not.
 */
function tooFew({ rollout, observed, status }: Run, { op }: StateOf<"RollingBack">) {
  const { ready } = observed;
  if (rollout.spec.rollback.capacity !== "staged" || !ready || ready.stable === 0) {
    return undefined;
  }
  const wanted = Math.max(ready.stable, ready.stableTotal ?? ready.stable);
  const last = status.written?.weights.find(({ role }) => role === "canary")?.weight ?? 0;
  const kept = Math.min(last, Math.floor(100 - (100 * ready.stable) / wanted));
  return kept === op.share ? undefined : kept;
}

/** Gives back as much as the stable version can take. */
function returnInPart(run: Run, state: StateOf<"RollingBack">, share: number): Transition {
  const { op, operations } = decide(run, { step: state.op.step, share });
  return become(run, {
    operations,
    state: { ...state, op },
    ledger: ledgerWith(run, {
      who: "engine",
      level: share > 0 ? "warn" : "progress",
      title: share > 0 ? `Roll back in stages: ${share} % for now` : "Roll back what is left",
      note: `${run.observed.ready?.stable ?? 0} of ${run.observed.ready?.stableTotal ?? 0} pods of the stable version are ready`,
    }),
  });
}

/** Pauses whose weights are somebody else's, or that no write could change. */
const HANDS_OFF: ReadonlySet<PauseReason> = new Set<PauseReason>([
  "Contended",
  "Drifted",
  "TargetMissing",
]);

/**
 * A canary without a ready pod loses its traffic at once, also while the rollout is paused or a
 * write is under way (rollouts.md 3.4 "Hard trip", R5).
 */
export function loseUnready(run: Run): Transition | undefined {
  const { state } = run.status;
  if (run.observed.ready?.canary !== 0 || run.observed.stableUndefined) return undefined;
  const isRunning =
    state.phase === "Applying" || state.phase === "Verifying" || state.phase === "Holding";
  const isPaused = state.phase === "Paused" && !HANDS_OFF.has(state.reason);
  if (!isRunning && !isPaused) return undefined;
  return rollBack(run, { reason: "CanaryUnready", message: "no pod of the canary is ready" });
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
    prepared: null,
    canaryRevision: run.observed.canaryRevision ?? null,
    evidence: null,
    failures: { total: 0, consecutive: 0 },
    limits: {},
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
