import { z } from "zod";
import { type CanaryRollout, parseRollout } from "@/lib/rollout/plan";
import { isRecord } from "@/lib/k8s/json-value";
import { Command, isTerminal, RolloutStatus } from "@/lib/rollout/status";
import { hasWeights, namedTargets, targetKey } from "@/lib/rollout/targets";
import type { AskedText, RolloutRef } from "./rollout-store";

const Commands = z.array(Command);

/** What an object holds of a rollout, as values. */
export interface StoredValues {
  readonly spec: unknown;
  readonly status: unknown;
  readonly commands: unknown;
  /** Whether `spec.suspend` is set, where the plan that was started does not tell. */
  readonly suspended?: boolean;
  readonly asked?: AskedText | undefined;
}

/** The parts of a rollout, or in a clause what is wrong with one of them. */
export type ReadValues =
  | {
      readonly rollout: CanaryRollout;
      readonly status: RolloutStatus;
      readonly commands: readonly Command[];
      readonly suspended: boolean;
      readonly asked: AskedText | undefined;
    }
  | string;

/**
 * Reads what was stored of the rollout `ref`. It may be of another version of the product, or have
 * been touched by people: what cannot be understood is said, never guessed.
 */
export function readStored(
  ref: RolloutRef,
  { spec, status, commands, suspended, asked }: StoredValues,
): ReadValues {
  const rollout = readPlan(ref, spec);
  if (typeof rollout === "string") return rollout;
  const known = RolloutStatus.safeParse(withSnapshots(rollout, status));
  if (!known.success) {
    const where = status === undefined ? "it is missing" : firstIssue(known.error);
    return `its status cannot be read: ${where}. ${OTHER_VERSION}`;
  }
  const lost = lostSnapshot(known.data);
  if (lost !== undefined) return lost;
  const list = Commands.safeParse(commands ?? []);
  if (!list.success) return `its commands cannot be read: ${firstIssue(list.error)}`;
  return {
    rollout,
    status: known.data,
    commands: list.data,
    suspended: suspended ?? rollout.spec.suspend,
    asked,
  };
}

/**
 * A status whose one `snapshot` is kept by the name of its object, as it was not before rollouts
 * could write several: without it a rollback would not know the weights to go back to.
 */
function withSnapshots(rollout: CanaryRollout, status: unknown): unknown {
  if (!isRecord(status) || !("snapshot" in status) || "snapshots" in status) return status;
  const { snapshot, ...rest } = status;
  const [target] = namedTargets(rollout);
  if (!isRecord(snapshot) || !target) return rest;
  return { ...rest, targets: [target], snapshots: { [targetKey(target)]: snapshot } };
}

/** Why a rollout that has begun cannot be gone on with; undefined where all is there that it needs. */
function lostSnapshot(status: RolloutStatus): string | undefined {
  const { state, targets, snapshots } = status;
  if (state.phase === "Pending" || isTerminal(status)) return undefined;
  const lost = targets.find((target) => hasWeights(target) && !snapshots[targetKey(target)]);
  if (targets.length > 0 && !lost) return undefined;
  const of = lost ? ` of ${targetKey(lost)}` : "";
  return `its status does not say what the weights${of} were before it began. ${OTHER_VERSION}`;
}

const OTHER_VERSION =
  "If another version of Quarterdeck stored it, let that one finish it; else set the weights by hand and delete it";

/** The plan of the rollout `ref`, or what is wrong with it. */
export function readPlan(ref: RolloutRef, spec: unknown): CanaryRollout | string {
  if (spec === undefined) return "its spec cannot be read: it is missing";
  const outcome = parseRollout(spec);
  if ("problems" in outcome) {
    const problems = outcome.problems.map(({ field, message }) => `${field} ${message}`);
    return `its spec cannot be read: ${problems.join("; ")}`;
  }
  const { name, namespace } = outcome.rollout.metadata;
  const isOwn = name === ref.name && namespace === ref.namespace;
  return isOwn ? outcome.rollout : "its spec names another rollout";
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim();
}
