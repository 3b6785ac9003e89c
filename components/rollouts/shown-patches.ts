import { applyJsonPatch } from "@/lib/k8s/json-patch";
import type { KubeObject } from "@/lib/k8s/object";
import type { PreviewPatch } from "@/lib/rollout/preview";
import { targetKey } from "@/lib/rollout/targets";
import { objectText } from "@/lib/yaml/object-text";
import type { RolloutPreview } from "./use-rollouts";

/** One object's write of one step, with its text before and after. */
export interface ShownPatch extends PreviewPatch {
  readonly key: string;
  readonly before: string;
  readonly after: string;
  /** The same write for a shell. */
  readonly command: string;
}

/**
 * The writes of one step upon the outcome of those before it; after the last step, those of a
 * rollback from the first one.
 */
export function shownPatches(
  { plan, objects }: Pick<RolloutPreview, "plan" | "objects">,
  step: number,
): readonly ShownPatch[] {
  if (!plan) return [];
  const own = plan.steps[step];
  const before = own ? plan.steps.slice(0, step) : plan.steps.slice(0, 1);
  const patches = own ? own.patches : plan.undo;
  return patches.flatMap(({ target, patch }) => {
    const key = targetKey(target);
    const live = objects[key];
    if (!live) return [];
    const earlier = before.flatMap((each) =>
      each.patches.flatMap((other) => (targetKey(other.target) === key ? [...other.patch] : [])),
    );
    const from = applyJsonPatch(live, earlier) as KubeObject;
    const to = applyJsonPatch(from, [...patch]) as KubeObject;
    return [
      {
        key,
        target,
        patch,
        before: objectText(from),
        after: objectText(to),
        command: `kubectl patch ${target.kind.toLowerCase()} ${target.name} -n ${target.namespace} --type json -p ${shellQuoted(JSON.stringify(patch))}`,
      },
    ];
  });
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
