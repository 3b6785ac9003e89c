import type { ObjectPlan, TargetObjects } from "./object-plan";
import { planDeployment } from "./deployment-patch";
import type { Finalise } from "./operation";
import type { CanaryRollout } from "./plan";
import type { RouteSnapshot } from "./route-snapshot";
import { isRefusal, type Refusal, refuse } from "./route-target";
import { planSubsets, type RuleSnapshot } from "./subset-patch";
import { hasWeights, type RolloutTarget, specFor, targetKey } from "./targets";
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
  /** What is done at the end beside the weights. */
  readonly finalise?: Finalise | undefined;
}

/** What is to be written so that all objects are as wanted. */
export interface RolloutPlan {
  /** All objects, in the order in which they are safe to write. */
  readonly objects: readonly ObjectPlan[];
  /** Those to be written now: of two kinds of objects the second waits for the first. */
  readonly due: readonly ObjectPlan[];
  /** How many kinds were done with before those that are due. */
  readonly stage: number;
  /** Whether there is nothing to write, or to wait for. */
  readonly settled: boolean;
  /** What must come to pass before what is due may be written; undefined where nothing must. */
  readonly waits: string | undefined;
  /** Of the first object that has weights. */
  readonly before: readonly DestinationWeight[];
  readonly after: readonly DestinationWeight[];
}

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
    // Deployments are of no concern before the end, whatever becomes of them.
    if (target.kind === "Deployment" && goal.finalise === undefined) continue;
    // What is gone sends nothing to the canary: the others go back all the same.
    if (goal.restore && objects.get(targetKey(target)) === null) continue;
    const plan = planObject(rollout, target, { objects, remembered, goal });
    if (isRefusal(plan)) return plan;
    plans.push(plan);
  }
  const of = (role: ObjectPlan["role"]) => plans.filter((plan) => plan.role === role);
  const weighted = of("traffic");
  const traffic = down ? weighted.toReversed() : weighted;
  const stages = goal.restore
    ? [traffic, of("rule")]
    : [of("rule"), of("copy"), traffic, of("scale")];
  const unsettled = (list: readonly ObjectPlan[]) => list.filter(({ patch }) => patch.length > 0);
  const waiting = (list: readonly ObjectPlan[]) =>
    list.find(({ waits, patch }) => waits !== undefined && patch.length === 0)?.waits;
  const stage = stages.findIndex(
    (list) => unsettled(list).length > 0 || waiting(list) !== undefined,
  );
  const next = stages[stage] ?? [];
  const due = unsettled(next);
  const [first] = weighted;
  return {
    objects: stages.flat(),
    due,
    stage: Math.max(0, stage),
    settled: stage < 0,
    waits: due.length > 0 ? undefined : waiting(next),
    before: first?.before ?? [],
    after: first?.after ?? [],
  };
}

/** What is to be written of one object. */
export function planObject(
  rollout: CanaryRollout,
  target: RolloutTarget,
  {
    objects,
    remembered,
    goal,
  }: {
    readonly objects: TargetObjects;
    readonly remembered: Remembered;
    readonly goal: RolloutGoal;
  },
): ObjectPlan | Refusal {
  const key = targetKey(target);
  if (target.kind === "Deployment") {
    const { finalise = "prune" } = goal;
    return planDeployment(target, { objects, targets: remembered.targets, finalise });
  }
  const object = objects.get(key);
  if (!object)
    return refuse("TargetMissing", `${target.kind} ${target.name} is gone`, target.field);
  if (hasWeights(target)) {
    const snapshot = remembered.snapshots[key];
    const plan = planWeights(object, specFor(rollout, target), { ...goal, snapshot });
    if (isRefusal(plan)) return plan;
    const { patch, before, after, notes } = plan;
    return { target, role: "traffic", patch, before, after, notes };
  }
  const patch = planSubsets(object, rollout, {
    goal: goal.restore ? "restored" : goal.rotate ? "rotated" : "present",
    snapshot: remembered.rules[key],
  });
  if (isRefusal(patch)) return patch;
  return { target, role: "rule", patch, before: [], after: [], notes: [] };
}
