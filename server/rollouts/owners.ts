import type { MeshView } from "@/lib/mesh/view";
import type { CanaryRollout } from "@/lib/rollout/plan";
import { resolveTargets, targetKey } from "@/lib/rollout/targets";
import { type GitOpsOwner, gitOpsOwner, managersOf } from "../config/ownership";

/** Who else writes one of the objects that a rollout writes. */
export interface ObjectOwners {
  /** `VirtualService shop/reviews`. */
  readonly object: string;
  /** What keeps it in Git; undefined where nothing says so. */
  readonly owner: GitOpsOwner | undefined;
  /** Names of controllers that its ownerReferences call theirs, as `Kind name`. */
  readonly controllers: readonly string[];
  /** Everybody else who wrote fields of it. */
  readonly managers: readonly string[];
}

/** Who else writes the objects of a rollout, object by object; those that are gone are left out. */
export function ownersOf(mesh: MeshView, rollout: CanaryRollout): readonly ObjectOwners[] {
  return resolveTargets(mesh, rollout).flatMap((target) => {
    const object = mesh.get(target.kind, target.namespace, target.name);
    if (!object) return [];
    const { ownerReferences = [] } = object.metadata;
    return [
      {
        object: targetKey(target),
        owner: gitOpsOwner(object),
        controllers: ownerReferences.map(({ kind, name }) => `${kind} ${name}`),
        managers: managersOf(object).filter((manager) => !manager.startsWith("quarterdeck")),
      },
    ];
  });
}
