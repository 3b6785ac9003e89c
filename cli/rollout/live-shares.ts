import type { HttpRoute } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { type CanaryRollout, type RolloutDestination, versionLabel } from "@/lib/rollout/plan";
import { findRoutes, isRefusal, leadsTo } from "@/lib/rollout/route-target";
import {
  hasWeights,
  namedTargets,
  resolveTargets,
  type RolloutTarget,
  specFor,
} from "@/lib/rollout/targets";
import { planWeights } from "@/lib/rollout/weight-patch";

/** One version and the part of the requests, 0 to 1, that the route sends to it. */
export interface LiveShare {
  /** How it is called. */
  readonly name: string;
  readonly side: RolloutDestination;
  readonly share: number;
  /** The part of all requests of which it gets copies. */
  readonly copies: number;
}

/** Percent of each version in one of a rollout's objects; undefined for any other object. */
export function liveWeights(
  mesh: MeshView,
  object: KubeObject,
  rollout: CanaryRollout,
): Readonly<Record<string, number>> | undefined {
  const { spec } = rollout;
  const target = resolveTargets(mesh, rollout).find(
    ({ kind, namespace, name }) =>
      kind === object.kind &&
      name === object.metadata.name &&
      namespace === object.metadata.namespace,
  );
  if (!target) return undefined;
  if (!hasWeights(target)) return {};
  const plan = planWeights(object, specFor(rollout, target), { percent: 1, finalise: "prune" });
  if (isRefusal(plan)) return undefined;
  const before = Object.fromEntries(plan.before.map(({ label, weight }) => [label, weight]));
  return { ...before, [canaryLabel(spec)]: before[canaryLabel(spec)] ?? 0 };
}

const canaryLabel = (spec: CanaryRollout["spec"]): string => versionLabel(spec, "canary");

/** The first object of a rollout that has weights, as the mesh has it. */
export function mainObject(mesh: MeshView, rollout: CanaryRollout) {
  const target = resolveTargets(mesh, rollout).find(hasWeights);
  const object = target && mesh.get(target.kind, target.namespace, target.name);
  return target && object ? { target, object } : undefined;
}

/** How routes divide their requests, worked out again only for objects that have changed. */
export function shareMemory(): (mesh: MeshView, rollout: CanaryRollout) => readonly LiveShare[] {
  type Known = { shares: readonly LiveShare[]; main: RolloutTarget | undefined; seen: unknown[] };
  const known = new Map<CanaryRollout, Known>();
  return (mesh, rollout) => {
    const objectsOf = (main: RolloutTarget | undefined) =>
      [...namedTargets(rollout), ...(main ? [main] : [])].map(({ kind, namespace, name }) =>
        mesh.get(kind, namespace, name),
      );
    const before = known.get(rollout);
    const now = before && objectsOf(before.main);
    if (before && now?.every((object, index) => object === before.seen[index])) {
      return before.shares;
    }
    const shares = liveShares(mesh, rollout);
    const main = mainObject(mesh, rollout)?.target;
    known.set(rollout, { shares, main, seen: objectsOf(main) });
    return shares;
  };
}

/** How the route of a rollout divides its requests now; nothing where it has no such route. */
function liveShares(mesh: MeshView, rollout: CanaryRollout): LiveShare[] {
  const main = mainObject(mesh, rollout);
  if (!main) return [];
  const spec = specFor(rollout, main.target);
  const plan = planWeights(main.object, spec, { percent: 1, finalise: "prune" });
  if (isRefusal(plan)) return [];
  const total = plan.before.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const copied = copiedPart(main.object, spec);
  const shares = plan.before.map(({ role, key, weight, label: name }) => {
    const [host = "", subset = ""] = key.split("|");
    const side =
      role === "other" ? { host, ...(subset ? { subset } : {}) } : { ...rollout.spec[role] };
    return { name, side, share: weight / total, copies: role === "canary" ? copied : 0 };
  });
  const isNamed = plan.before.some(({ role }) => role === "canary");
  return isNamed
    ? shares
    : [
        ...shares,
        { name: canaryLabel(rollout.spec), side: rollout.spec.canary, share: 0, copies: copied },
      ];
}

/** The part of a route's requests of which the canary gets copies. */
function copiedPart(object: KubeObject, spec: CanaryRollout["spec"]): number {
  const routes = findRoutes(object, spec);
  const route = isRefusal(routes) ? undefined : (routes[0]?.route as HttpRoute | undefined);
  const { mirror, mirrorPercentage } = route ?? {};
  const side = { side: spec.canary, namespace: object.metadata.namespace ?? "" };
  if (!mirror || !leadsTo({ destination: mirror }, spec, side)) return 0;
  return (mirrorPercentage?.value ?? 100) / 100;
}
