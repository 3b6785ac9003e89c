import { applyJsonPatch } from "@/lib/k8s/json-patch";
import type { KubeObject } from "@/lib/k8s/object";
import type { Finalise } from "./operation";
import type { CanaryRollout } from "./plan";
import { remember } from "./remember";
import type { TargetObjects } from "./object-plan";
import { planRollout } from "./rollout-plan";
import { isRefusal, type Refusal } from "./route-target";
import { hasWeights, type RolloutTarget, targetKey } from "./targets";
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
  /** Of the first object with weights. */
  readonly patch: readonly PatchOperation[];
  /** Of every object that is written, in that order. */
  readonly patches: readonly PreviewPatch[];
  readonly before: readonly DestinationWeight[];
  readonly after: readonly DestinationWeight[];
  readonly notes: readonly string[];
}

/** Every write of a rollout, the one that takes it all back, and the first object after the first. */
export interface Preview {
  readonly steps: readonly PreviewStep[];
  /** What a rollback from the first step would send to the first object with weights. */
  readonly undo: readonly PatchOperation[];
  readonly first: KubeObject;
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
  const main = targets.find(hasWeights);
  const key = main ? targetKey(main) : "";
  const steps: PreviewStep[] = [];
  let live = objects;
  let first: KubeObject | undefined;
  let undo: readonly PatchOperation[] = [];
  const plan = (goal: ReturnType<typeof goalOf>) =>
    planRollout(rollout, remembered, { objects: live, goal, down: false });
  for (const { goal, title } of goals) {
    const planned = plan(goal);
    if (isRefusal(planned)) return planned;
    const written = planned.objects.filter(({ patch }) => patch.length > 0);
    steps.push({
      share: goal.percent,
      title,
      patch: planned.objects.find(({ target }) => targetKey(target) === key)?.patch ?? [],
      patches: written.map(({ target, patch }) => ({ target, patch })),
      before: planned.before,
      after: planned.after,
      notes: [...new Set(planned.objects.flatMap(({ notes }) => notes))],
    });
    live = new Map([
      ...live,
      ...written.map(({ target, patch }) => {
        const own = targetKey(target);
        return [own, applyJsonPatch(live.get(own), [...patch]) as KubeObject] as const;
      }),
    ]);
    if (first) continue;
    first = live.get(key) ?? undefined;
    const back = plan({ percent: 0, restore: true });
    undo = isRefusal(back)
      ? []
      : (back.objects.find(({ target }) => targetKey(target) === key)?.patch ?? []);
  }
  return { steps, undo, first: first as KubeObject };
}
