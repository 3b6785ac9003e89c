import { phaseOf } from "@/lib/rollout/public-phase";
import { isTerminal, type RolloutStatus } from "@/lib/rollout/status";

/** A condition of meta/v1. */
export interface Condition {
  readonly type: (typeof CONDITION_TYPES)[number];
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
}

const CONDITION_TYPES = [
  "Ready",
  "Progressing",
  "Healthy",
  "Paused",
  "Drifted",
  "Converged",
  "PlanEdited",
] as const;

type Fact = Pick<Condition, "status" | "reason" | "message">;

/**
 * The conditions of a rollout (rollouts.md 6.4). `Ready` is what `kubectl wait` waits for: true once
 * the canary has all that it was to get. `before` keeps the times of those that did not change.
 */
export function conditionsOf(
  status: RolloutStatus,
  before: readonly Pick<Condition, "type" | "status" | "lastTransitionTime">[],
  at: number,
): readonly Condition[] {
  const facts = factsOf(status);
  return CONDITION_TYPES.map((type) => {
    const fact = facts[type];
    const old = before.find((condition) => condition.type === type);
    const lastTransitionTime =
      old?.status === fact.status ? old.lastTransitionTime : new Date(at).toISOString();
    return { type, ...fact, lastTransitionTime };
  });
}

function factsOf(status: RolloutStatus): Readonly<Record<Condition["type"], Fact>> {
  const { state } = status;
  const { phase, reason: given, message = "" } = phaseOf(status);
  const reason = given || phase;
  const is = (value: boolean, text = message): Fact => ({
    status: value ? "True" : "False",
    reason,
    message: text,
  });
  const isOff = state.phase === "Paused" && ["Contended", "Drifted"].includes(state.reason);
  const isWritten = state.phase === "Holding" || state.phase === "Succeeded";
  return {
    Ready: is(state.phase === "Succeeded"),
    Progressing: is(!isTerminal(status) && state.phase !== "Paused"),
    Healthy: healthOf(status),
    Paused: is(state.phase === "Paused"),
    Drifted: is(isOff),
    Converged:
      isTerminal(status) || isWritten
        ? is(true, "the weights that were written are in place")
        : is(false, "weights are on their way, or not those of a step"),
    PlanEdited: editsOf(status),
  };
}

/** Whether the plan says something else than when it was started. */
const editsOf = ({ edits }: RolloutStatus): Fact =>
  edits.length > 0
    ? {
        status: "True",
        reason: "EditsIgnored",
        message: `${edits.join(", ")}: a plan that runs goes on as it was started`,
      }
    : { status: "False", reason: "AsStarted", message: "the plan is the one that was started" };

/** What the last check said of the canary. */
function healthOf({ checks }: RolloutStatus): Fact {
  const last = checks.at(-1);
  if (!last) return { status: "Unknown", reason: "NoCheck", message: "nothing was judged yet" };
  const { verdict, reason: message } = last;
  if (verdict === "pass") return { status: "True", reason: "CheckPassed", message };
  if (verdict === "fail") return { status: "False", reason: "CheckFailed", message };
  const reason = verdict === "error" ? "MetricsUnavailable" : "NotEnoughEvidence";
  return { status: "Unknown", reason, message };
}
