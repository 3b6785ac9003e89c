import { deploymentSpec, deploymentStatus } from "@/lib/k8s/deployment";
import { isRecord, sameJson } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Finalise } from "./operation";
import type { ObjectPlan, TargetObjects } from "./object-plan";
import { type Refusal, refuse } from "./route-target";
import { CANARY_FIELD, type RolloutTarget, STABLE_FIELD, targetKey } from "./targets";
import type { PatchOperation } from "./weight-operations";

/**
 * What the end of a rollout does with a Deployment: `scale-down` leaves the stable version without
 * pods; `copy-to-primary` gives it the canary's pod template, waits until its pods run that, and then
 * leaves the canary without pods. Labels of pods stay what they are: subsets select by them.
 */
export function planDeployment(
  target: RolloutTarget,
  {
    objects,
    targets,
    finalise,
  }: {
    readonly objects: TargetObjects;
    readonly targets: readonly RolloutTarget[];
    readonly finalise: Finalise;
  },
): ObjectPlan | Refusal {
  const object = objects.get(targetKey(target));
  const plan = (role: ObjectPlan["role"], patch: readonly PatchOperation[], waits?: string) => ({
    target,
    role,
    patch,
    before: [],
    after: [],
    notes: [],
    ...(waits === undefined ? {} : { waits }),
  });
  const isStable = target.field === STABLE_FIELD;
  const isScaled = isStable === (finalise === "scale-down");
  if (finalise === "prune") return plan("scale", []);
  // Without a Deployment there are no pods of it.
  if (isScaled) return plan("scale", object ? scaledToNone(object) : []);
  if (!isStable) return plan("scale", []);
  const source = targets.find(({ field }) => field === CANARY_FIELD);
  const from = source && objects.get(targetKey(source));
  if (!object || !from) {
    const name = object ? (source?.name ?? "of the canary") : target.name;
    return refuse("TargetMissing", `Deployment ${name} is gone`, "spec.finalise");
  }
  const patch = copied(object, podSpec(from));
  if (patch.length > 0 || isRolledOut(object)) return plan("copy", patch);
  return plan("copy", [], `the new pods of Deployment ${target.name} are not all available yet`);
}

function scaledToNone(object: KubeObject): readonly PatchOperation[] {
  const { replicas } = deploymentSpec(object);
  if (replicas === 0) return [];
  const path = "/spec/replicas";
  if (replicas === undefined) return [{ op: "add", path, value: 0 }];
  return [
    { op: "test", path, value: replicas },
    { op: "replace", path, value: 0 },
  ];
}

function copied(object: KubeObject, wanted: unknown): readonly PatchOperation[] {
  const own = podSpec(object);
  if (sameJson(own, wanted)) return [];
  const path = "/spec/template/spec";
  return [
    { op: "test", path, value: own },
    { op: "replace", path, value: wanted },
  ];
}

function podSpec(object: KubeObject): unknown {
  const spec = isRecord(object["spec"]) ? object["spec"] : {};
  return isRecord(spec["template"]) ? spec["template"]["spec"] : undefined;
}

/** Whether all pods are of the newest template and available, as `kubectl rollout status` has it. */
function isRolledOut(object: KubeObject): boolean {
  const { replicas = 1 } = deploymentSpec(object);
  const status = deploymentStatus(object);
  const { generation = 0 } = object.metadata;
  const { updatedReplicas = 0, availableReplicas = 0 } = status;
  return (
    (status.observedGeneration ?? 0) >= generation &&
    updatedReplicas >= replicas &&
    (status.replicas ?? 0) <= updatedReplicas &&
    availableReplicas >= updatedReplicas
  );
}
