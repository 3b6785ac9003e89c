import type { CanaryRollout } from "./plan";
import type { TargetObjects } from "./object-plan";
import { snapshotRoute } from "./route-snapshot";
import { isRefusal, type Refusal, refuse } from "./route-target";
import type { RolloutStatus } from "./status";
import { snapshotRule } from "./subset-patch";
import { hasWeights, type RolloutTarget, specFor, targetKey } from "./targets";

/** What the targets are like before the first write, as a status keeps it. */
export function remember(
  rollout: CanaryRollout,
  targets: readonly RolloutTarget[],
  objects: TargetObjects,
): Pick<RolloutStatus, "targets" | "snapshots" | "rules" | "versions"> | Refusal {
  const snapshots: RolloutStatus["snapshots"] = {};
  const rules: RolloutStatus["rules"] = {};
  const versions: Record<string, string> = {};
  for (const target of targets) {
    // What the end changes is read when it has come.
    if (target.kind === "Deployment") continue;
    const key = targetKey(target);
    const object = objects.get(key);
    if (!object) {
      const message = `there is no ${target.kind} ${target.name} in ${target.namespace}`;
      return refuse("TargetMissing", message, target.field);
    }
    versions[key] = object.metadata.resourceVersion ?? "";
    if (!hasWeights(target)) {
      const { adds, stable, canary } = snapshotRule(object, rollout);
      rules[key] = { adds: [...adds], stable, canary };
      continue;
    }
    const snapshot = snapshotRoute(object, specFor(rollout, target));
    if (isRefusal(snapshot)) return snapshot;
    const own = ({ route, destinations }: Pick<typeof snapshot, "route" | "destinations">) => ({
      route,
      destinations: [...destinations],
    });
    snapshots[key] = {
      ...own(snapshot),
      ...(snapshot.more ? { more: snapshot.more.map(own) } : {}),
    };
  }
  return { targets: [...targets], snapshots, rules, versions };
}
