import type { RolloutStatus } from "./status";

/** A phase by the names of rollouts.md 6.3, with its reason (empty where it has none). */
export interface PublicPhase {
  readonly phase: string;
  readonly reason: string;
  readonly step: number;
  readonly message: string | undefined;
}

/** What a status is called outside: in conditions, events, metrics and simulations. */
export function phaseOf({ state, steps }: RolloutStatus): PublicPhase {
  const told = (phase: string, reason = "", step = 0, message?: string): PublicPhase => ({
    phase,
    reason,
    step,
    message,
  });
  switch (state.phase) {
    case "Pending":
      if (state.suspended) return told("Pending", "Suspended", 0, "spec.suspend is set");
      if (state.unconfirmed) return told("Pending", "Webhook", 0, state.unconfirmed);
      return state.waitsFor === undefined
        ? told("Pending")
        : told("Draft", "Train", 0, `comes after ${state.waitsFor.join(", ")}`);
    case "Applying":
    case "Verifying":
    case "Promoting":
      return told(state.phase, "", state.op.step);
    case "Holding":
      return told(state.baking ? "Baking" : "Analysing", "", state.step);
    case "Paused":
      return told("Paused", state.reason, state.step, state.message);
    case "RollingBack":
      return state.blocked === undefined
        ? told("RollingBack", state.reason, state.op.step, state.message)
        : told("Degraded", state.blocked.reason, state.op.step, state.blocked.message);
    default:
      return told(state.phase, state.reason, steps.at(-1)?.step ?? 0, state.message);
  }
}
