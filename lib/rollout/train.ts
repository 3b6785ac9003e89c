import type { CanaryRollout } from "./plan";
import type { RolloutStatus } from "./status";
import type { TrainMember } from "./train-member";
import { currentStep } from "./transition";

/** What the others of a train see of a rollout. */
export function trainMember(
  { metadata, spec }: CanaryRollout,
  { state, ready }: RolloutStatus,
): TrainMember {
  const { phase } = state;
  const ended = phase === "Succeeded" || phase === "Promoting";
  const rolledBackAt =
    state.phase === "RolledBack"
      ? state.at
      : state.phase === "RollingBack" && state.reason !== "Superseded"
        ? state.since
        : undefined;
  const before = phase === "Pending" ? -1 : currentStep(state) - 1;
  return {
    name: metadata.name,
    phase,
    rolledBackAt,
    passed: ended ? spec.steps.length : Math.max(before, ready ?? -1),
  };
}

/** The rollouts that this one has to wait for before it starts; empty where it may. */
export const waitsFor = ({ spec }: CanaryRollout, train: readonly TrainMember[]): string[] =>
  (spec.train?.after ?? []).filter(
    (name) => train.find((member) => member.name === name)?.phase !== "Succeeded",
  );

/** The others that this one advances with: those that have not ended, and have started. */
export const companions = (
  { spec }: CanaryRollout,
  train: readonly TrainMember[],
): readonly TrainMember[] =>
  train.filter(
    ({ name, phase }) =>
      !(spec.train?.after ?? []).includes(name) &&
      !["Pending", "Rejected", "Aborted", "RolledBack"].includes(phase),
  );
