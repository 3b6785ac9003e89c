import { applyJsonPatch } from "@/lib/k8s/json-patch";
import type { KubeObject } from "@/lib/k8s/object";
import type { Finalise } from "./operation";
import type { CanaryRollout } from "./plan";
import { remember } from "./remember";
import type { ObjectPlan, TargetObjects } from "./object-plan";
import { planRollout } from "./rollout-plan";
import { isRefusal, type Refusal } from "./route-target";
import { type RolloutTarget, targetKey } from "./targets";
import { goalOf } from "./transition";
import type { PatchOperation } from "./weight-operations";
import type { DestinationWeight } from "./weight-patch";

/** The patch of one object. */
export interface PreviewPatch {
  readonly target: RolloutTarget;
  readonly patch: readonly PatchOperation[];
}

/** One write that a rollout will make, if nobody else changes the routes meanwhile. */
export interface PreviewStep {
  /** Percent of the canary. */
  readonly share: number;
  readonly title: string;
  /** Of every object that is written, in that order. */
  readonly patches: readonly PreviewPatch[];
  readonly before: readonly DestinationWeight[];
  readonly after: readonly DestinationWeight[];
  readonly notes: readonly string[];
}

/** Every write of a rollout, and the one that takes it all back. */
export interface Preview {
  readonly steps: readonly PreviewStep[];
  /** What a rollback from the first step would send to every object. */
  readonly undo: readonly PreviewPatch[];
}

const TITLES: Readonly<Record<Finalise, string>> = {
  prune: "Take the stable destination out",
  "scale-down": "Scale the stable version down",
  "copy-to-primary": "Copy the canary to the stable version",
};
const ENDS: readonly string[] = Object.keys(TITLES);

/** Plans every step upon the outcome of the one before. */
export function previewRollout(
  rollout: CanaryRollout,
  targets: readonly RolloutTarget[],
  objects: TargetObjects,
): Preview | Refusal {
  const { spec } = rollout;
  const remembered = remember(rollout, targets, objects);
  if (isRefusal(remembered)) return remembered;
  const goals = spec.steps.map(({ weight, mirror }, index) => ({
    goal: goalOf(rollout, { step: index, share: weight }),
    title:
      mirror === undefined
        ? `Step ${index + 1} of ${spec.steps.length}`
        : `Step ${index + 1} of ${spec.steps.length}: copies of ${mirror} %`,
  }));
  const last = { step: spec.steps.length - 1, share: 100 };
  if (spec.finalise !== "keep" && goals.at(-1)?.goal.percent !== 100) {
    goals.push({ goal: goalOf(rollout, last), title: "Cut over" });
  }
  if (spec.finalise === "rotate") {
    goals.push({ goal: goalOf(rollout, { ...last, share: 0 }, { rotate: true }), title: "Rotate" });
  }
  if (ENDS.some((end) => end === spec.finalise)) {
    const finalise = spec.finalise as Finalise;
    const share = finalise === "copy-to-primary" ? 0 : 100;
    goals.push({
      goal: goalOf(rollout, { ...last, share }, { finalise }),
      title: TITLES[finalise],
    });
  }
  const steps: PreviewStep[] = [];
  let live = objects;
  let undo: readonly PreviewPatch[] | undefined;
  const plan = (goal: ReturnType<typeof goalOf>) =>
    planRollout(rollout, remembered, { objects: live, goal, down: false });
  for (const { goal, title } of goals) {
    const planned = plan(goal);
    if (isRefusal(planned)) return planned;
    const patches = patchesOf(planned.objects);
    steps.push({
      share: goal.percent,
      title,
      patches,
      before: planned.before,
      after: planned.after,
      notes: [...new Set(planned.objects.flatMap(({ notes }) => notes))],
    });
    live = new Map([
      ...live,
      ...patches.map(({ target, patch }) => {
        const own = targetKey(target);
        return [own, applyJsonPatch(live.get(own), [...patch]) as KubeObject] as const;
      }),
    ]);
    if (undo) continue;
    const back = plan({ percent: 0, restore: true });
    undo = isRefusal(back) ? [] : patchesOf(back.objects);
  }
  return { steps, undo: undo ?? [] };
}

/** The objects that are written, each with its patch. */
const patchesOf = (objects: readonly ObjectPlan[]): readonly PreviewPatch[] =>
  objects.flatMap(({ target, patch }) => (patch.length > 0 ? [{ target, patch }] : []));
