import { applyJsonPatch } from "@/lib/k8s/json-patch";
import type { KubeObject } from "@/lib/k8s/object";
import type { CanaryRollout } from "./plan";
import { isRefusal, type Refusal } from "./route-target";
import type { PatchOperation } from "./weight-operations";
import { type DestinationWeight, planWeights } from "./weight-patch";
import { snapshotRoute } from "./route-snapshot";

/** One write that a rollout will make, if nobody else changes the route meanwhile. */
export interface PreviewStep {
  /** Percent of the canary. */
  readonly share: number;
  readonly title: string;
  readonly patch: readonly PatchOperation[];
  readonly before: readonly DestinationWeight[];
  readonly after: readonly DestinationWeight[];
  readonly notes: readonly string[];
}

/** Every write of a rollout, the one that takes it all back, and the object after the first. */
export interface Preview {
  readonly steps: readonly PreviewStep[];
  /** What a rollback from the first step would send. */
  readonly undo: readonly PatchOperation[];
  readonly first: KubeObject;
}

/** Plans every step upon the outcome of the one before. */
export function previewRollout(
  virtualService: KubeObject,
  { spec }: CanaryRollout,
): Preview | Refusal {
  const snapshot = snapshotRoute(virtualService, spec);
  if (isRefusal(snapshot)) return snapshot;
  const goals = spec.steps.map(({ weight }, index) => ({
    share: weight,
    title: `Step ${index + 1} of ${spec.steps.length}`,
  }));
  if (spec.finalise === "cutover" && goals.at(-1)?.share !== 100) {
    goals.push({ share: 100, title: "Cut over" });
  }
  const steps: PreviewStep[] = [];
  let live = virtualService;
  let first: KubeObject | undefined;
  for (const { share, title } of goals) {
    const plan = planWeights(live, spec, { percent: share, snapshot });
    if (isRefusal(plan)) return plan;
    const { patch, before, after, notes } = plan;
    steps.push({ share, title, patch, before, after, notes });
    live = applyJsonPatch(live, [...patch]) as KubeObject;
    first ??= live;
  }
  const undo = planWeights(first ?? live, spec, { percent: 0, restore: true, snapshot });
  return { steps, undo: isRefusal(undo) ? [] : undo.patch, first: first ?? live };
}
