import type { KubeObject } from "@/lib/k8s/object";
import type { CanaryRollout } from "./plan";
import type { RouteSnapshot } from "./route-snapshot";
import { isRefusal, type Refusal, refuse } from "./route-target";
import { planSubsets, type RuleSnapshot } from "./subset-patch";
import { hasWeights, type RolloutTarget, specFor, targetKey } from "./targets";
import type { PatchOperation } from "./weight-operations";
import { type DestinationWeight, planWeights, type WantedShare } from "./weight-patch";

/** What a rollout remembers of the objects that it writes. */
export interface Remembered {
  readonly targets: readonly RolloutTarget[];
  readonly snapshots: Readonly<Record<string, RouteSnapshot>>;
  readonly rules: Readonly<Record<string, RuleSnapshot>>;
}

/** What all of them are to be like. */
export interface RolloutGoal extends Omit<WantedShare, "snapshot"> {
  /** Whether the stable subset is to select what the canary's does. */
  readonly rotate?: boolean | undefined;
}

/** What is to be written of one object. */
export interface ObjectPlan {
  readonly target: RolloutTarget;
  readonly patch: readonly PatchOperation[];
  /** Empty for DestinationRules. */
  readonly before: readonly DestinationWeight[];
  readonly after: readonly DestinationWeight[];
  readonly notes: readonly string[];
}

/** What is to be written so that all objects are as wanted. */
export interface RolloutPlan {
  /** All objects, in the order in which they are safe to write. */
  readonly objects: readonly ObjectPlan[];
  /** Those to be written now: of two kinds of objects the second waits for the first. */
  readonly due: readonly ObjectPlan[];
  /** How many kinds were done with before those that are due. */
  readonly stage: number;
  /** Whether there is nothing to write. */
  readonly settled: boolean;
  /** Of the first object that has weights. */
  readonly before: readonly DestinationWeight[];
  readonly after: readonly DestinationWeight[];
}

/** The objects as they are, by `targetKey`; null for one that does not exist. */
export type TargetObjects = ReadonlyMap<string, KubeObject | null>;

/**
 * The patches that bring every object of a rollout to its goal, and touch nothing else.
 *
 * Subsets come before the weights that lead to them, and go after them; of several objects with
 * weights the first ones of the plan are written first on the way up, and last on the way down
 * (rollouts.md 2.4 item 8).
 */
export function planRollout(
  rollout: CanaryRollout,
  remembered: Remembered,
  {
    objects,
    goal,
    down,
  }: {
    readonly objects: TargetObjects;
    readonly goal: RolloutGoal;
    /** Whether the canary loses traffic. */
    readonly down: boolean;
  },
): RolloutPlan | Refusal {
  const plans: ObjectPlan[] = [];
  for (const target of remembered.targets) {
    const object = objects.get(targetKey(target));
    if (!object) {
      const message = `${target.kind} ${target.name} is gone`;
      return refuse("TargetMissing", message, target.field);
    }
    const plan = planObject(rollout, target, { object, remembered, goal });
    if (isRefusal(plan)) return plan;
    plans.push(plan);
  }
  const rules = plans.filter(({ target }) => !hasWeights(target));
  const weighted = plans.filter(({ target }) => hasWeights(target));
  const traffic = down ? weighted.toReversed() : weighted;
  const stages = goal.restore ? [traffic, rules] : [rules, traffic];
  const unsettled = (list: readonly ObjectPlan[]) => list.filter(({ patch }) => patch.length > 0);
  const stage = stages.findIndex((list) => unsettled(list).length > 0);
  const [first] = weighted;
  return {
    objects: stages.flat(),
    due: unsettled(stages[stage] ?? []),
    stage: Math.max(0, stage),
    settled: stage < 0,
    before: first?.before ?? [],
    after: first?.after ?? [],
  };
}

/** What is to be written of one object. */
export function planObject(
  rollout: CanaryRollout,
  target: RolloutTarget,
  {
    object,
    remembered,
    goal,
  }: {
    readonly object: KubeObject;
    readonly remembered: Remembered;
    readonly goal: RolloutGoal;
  },
): ObjectPlan | Refusal {
  const key = targetKey(target);
  if (hasWeights(target)) {
    const snapshot = remembered.snapshots[key];
    const plan = planWeights(object, specFor(rollout, target), { ...goal, snapshot });
    if (isRefusal(plan)) return plan;
    const { patch, before, after, notes } = plan;
    return { target, patch, before, after, notes };
  }
  const patch = planSubsets(object, rollout, {
    goal: goal.restore ? "restored" : goal.rotate ? "rotated" : "present",
    snapshot: remembered.rules[key],
  });
  if (isRefusal(patch)) return patch;
  return { target, patch, before: [], after: [], notes: [] };
}
