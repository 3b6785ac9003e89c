import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { type CanaryRollout, destinationLabel, type RolloutDestination } from "@/lib/rollout/plan";
import { isRefusal } from "@/lib/rollout/route-target";
import { planWeights } from "@/lib/rollout/weight-patch";

/** One version and the part of the requests, 0 to 1, that the route sends to it. */
export interface LiveShare {
  readonly side: RolloutDestination;
  readonly share: number;
}

/** Percent of each version in the route of a rollout; undefined for any other object. */
export function liveWeights(
  object: KubeObject,
  { metadata, spec }: CanaryRollout,
): Readonly<Record<string, number>> | undefined {
  const { kind, metadata: own } = object;
  const isTarget =
    kind === "VirtualService" &&
    own.name === spec.target.virtualService &&
    own.namespace === metadata.namespace;
  const plan = isTarget ? planWeights(object, spec, { percent: 1 }) : undefined;
  if (!plan || isRefusal(plan)) return undefined;
  const before = Object.fromEntries(plan.before.map(({ label, weight }) => [label, weight]));
  return { ...before, [canaryLabel(spec)]: before[canaryLabel(spec)] ?? 0 };
}

const canaryLabel = (spec: CanaryRollout["spec"]): string =>
  destinationLabel(spec.canary, spec.target.host);

/** How the route of a rollout divides its requests now; nothing where it has no such route. */
export function liveShares(mesh: MeshView, { metadata, spec }: CanaryRollout): LiveShare[] {
  const object = mesh.get("VirtualService", metadata.namespace, spec.target.virtualService);
  const plan = object && planWeights(object, spec, { percent: 1 });
  if (!plan || isRefusal(plan)) return [];
  const total = plan.before.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const shares = plan.before.map(({ role, key, weight }) => {
    const [host = "", subset = ""] = key.split("|");
    const side = role === "other" ? { host, ...(subset ? { subset } : {}) } : { ...spec[role] };
    return { side, share: weight / total };
  });
  const isNamed = plan.before.some(({ role }) => role === "canary");
  return isNamed ? shares : [...shares, { side: spec.canary, share: 0 }];
}
