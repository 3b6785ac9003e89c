import type { MeshView } from "@/lib/mesh/view";
import { numberHooks } from "./number-hooks";
import { type CanaryRollout, type RolloutDestination, versionLabel } from "./plan";
import { remember } from "./remember";
import type { TargetObjects } from "./object-plan";
import { planRollout } from "./rollout-plan";
import { findRoutes, isRefusal, sideKey } from "./route-target";
import { hasWeights, resolveTargets, type RolloutTarget, specFor, targetKey } from "./targets";
import { goalOf } from "./transition";
import { versionFacts, type VersionFacts } from "./version-facts";

/** What speaks against a rollout, or what should be known of it, with the field of its document. */
export interface PreflightFinding {
  /** An error refuses the start. */
  readonly level: "error" | "warning" | "info";
  readonly code: string;
  readonly field: string;
  readonly message: string;
}

/** Both sides of a rollout as the cluster has them. */
export interface Versions {
  readonly stable: VersionFacts;
  readonly canary: VersionFacts;
}

/** What the cluster knows of both sides of a rollout. */
export function versionsOf(mesh: MeshView, { metadata, spec }: CanaryRollout): Versions {
  const facts = (side: RolloutDestination) =>
    versionFacts(
      mesh,
      { host: side.host ?? spec.target.host, subset: side.subset, labels: side.labels },
      metadata.namespace,
    );
  return { stable: facts(spec.stable), canary: facts(spec.canary) };
}

/** What names the routes that a rollout writes, so that two can tell whether they want the same. */
function routeKeys(mesh: MeshView, rollout: CanaryRollout): string[] {
  return resolveTargets(mesh, rollout)
    .filter(hasWeights)
    .flatMap((target) => {
      const { route } = target;
      const object = objectOf(mesh, target);
      const found = object && findRoutes(object, specFor(rollout, target));
      const places =
        found && !isRefusal(found)
          ? found.map(({ identity }) => identity.index)
          : [route.name ?? route.index ?? 0];
      return places.map((place) => `${targetKey(target)} ${route.type} ${place}`);
    });
}

const objectOf = (mesh: MeshView, { kind, namespace, name }: RolloutTarget) =>
  mesh.get(kind, namespace, name);

/** The targets as the mesh has them. */
const objectsOf = (mesh: MeshView, targets: readonly RolloutTarget[]): TargetObjects =>
  new Map(targets.map((target) => [targetKey(target), objectOf(mesh, target) ?? null]));

/**
 * Everything about a rollout that can be known before its first write. No error among the findings
 * means that it may start. `running` are the rollouts that have not ended.
 */
export function preflight(
  mesh: MeshView,
  rollout: CanaryRollout,
  running: readonly CanaryRollout[],
): PreflightFinding[] {
  const { spec, metadata } = rollout;
  const findings: PreflightFinding[] = [];
  const add = (level: PreflightFinding["level"], code: string, field: string, message: string) =>
    findings.push({ level, code, field, message });

  const targets = resolveTargets(mesh, rollout);
  const missing = targets.find((target) => !objectOf(mesh, target));
  if (missing) {
    const { kind, name, namespace, field } = missing;
    add("error", "TargetMissing", field, `there is no ${kind} ${name} in ${namespace}`);
    return findings;
  }
  // A host or subset that nobody knows is why a route does not lead there: it is told first.
  findings.push(...versionFindings(versionsOf(mesh, rollout), rollout, targets));
  findings.push(...routeFindings(rollout, targets, objectsOf(mesh, targets)));
  findings.push(...unsupported(rollout, targets));

  const keys = routeKeys(mesh, rollout);
  const owner = running.find(
    (other) =>
      other.metadata.name !== metadata.name &&
      routeKeys(mesh, other).some((key) => keys.includes(key)),
  );
  if (owner) {
    const message = `rollout ${owner.metadata.name} already changes this route`;
    add("error", "RouteOwned", "spec.target.route", message);
  }
  const { analysis, steps } = spec;
  const { successRate, p50, p95, p99, metrics, webhooks } = analysis;
  const judged = [successRate, p50, p95, p99, ...metrics, ...numberHooks({ webhooks })].some(
    Boolean,
  );
  if (!judged && analysis.judge === "threshold") {
    add(
      "warning",
      "NothingJudged",
      "spec.analysis",
      "no threshold is set: only hard trips can stop this rollout",
    );
  }
  const shortest = Math.min(...steps.map(({ hold }) => hold));
  if (shortest < analysis.interval) {
    add(
      "info",
      "HoldShorterThanCheck",
      "spec.analysis.interval",
      `a hold of ${shortest} s lasts until its first check at ${analysis.interval} s`,
    );
  }
  return findings;
}

function routeFindings(
  rollout: CanaryRollout,
  targets: readonly RolloutTarget[],
  objects: TargetObjects,
): PreflightFinding[] {
  const { spec, metadata } = rollout;
  const found: PreflightFinding[] = [];
  if (
    sideKey(spec, spec.stable, metadata.namespace) ===
    sideKey(spec, spec.canary, metadata.namespace)
  ) {
    const message = "the canary is the stable version";
    return [{ level: "error", code: "SameVersion", field: "spec.canary", message }];
  }
  const refused = ({ code, field, message }: { code: string; field: string; message: string }) => [
    { level: "error" as const, code, field, message },
  ];
  const remembered = remember(rollout, targets, objects);
  if (isRefusal(remembered)) return refused(remembered);
  const last = spec.steps.at(-1)?.weight ?? 0;
  const final = spec.finalise === "keep" ? last : 100;
  const planned = (goal: ReturnType<typeof goalOf>) =>
    planRollout(rollout, remembered, { objects, goal, down: false });
  const start = planned(goalOf(rollout, { step: 0, share: spec.steps[0]?.weight ?? 0 }));
  if (isRefusal(start)) return refused(start);
  const plan = planned(goalOf(rollout, { step: spec.steps.length - 1, share: final }));
  if (isRefusal(plan)) return refused(plan);
  const now = plan.before.find(({ role }) => role === "canary")?.weight ?? 0;
  const first = spec.steps[0]?.weight ?? 0;
  if (now > first) {
    found.push({
      level: "warning",
      code: "CanaryHasMore",
      field: "spec.steps[0].weight",
      message: `the canary has ${now} % now; the first step takes it down to ${first} %`,
    });
  }
  const reached = plan.after.find(({ role }) => role === "canary")?.weight ?? 0;
  const kept = plan.after.filter(({ role, weight }) => role === "other" && weight > 0);
  if (kept.length > 0 && spec.others === "keep") {
    const names = kept.map(({ label, weight }) => `${label} keeps ${weight} %`).join(", ");
    found.push({
      level: "info",
      code: "OthersKeepTheirShare",
      field: "spec.others",
      message: `${names}; the canary ends at ${reached} %`,
    });
  }
  return found;
}

/** What HTTPRoutes cannot do, or cannot yet be made to do. */
function unsupported(
  { spec }: CanaryRollout,
  targets: readonly RolloutTarget[],
): PreflightFinding[] {
  const route = targets.find(({ kind }) => kind === "HTTPRoute");
  if (!route) return [];
  const refused = (code: string, field: string, message: string): PreflightFinding => ({
    level: "error",
    code,
    field,
    message: `HTTPRoute ${route.name}: ${message}`,
  });
  const sides = (["stable", "canary"] as const).flatMap((side) =>
    spec[side].subset === undefined
      ? []
      : [refused("SubsetsUnsupported", `spec.${side}.subset`, "its backends have no subsets")],
  );
  const helpers = (["testers", "sticky"] as const).flatMap((field) =>
    spec[field] ? [refused("Unsupported", `spec.${field}`, "needs a VirtualService")] : [],
  );
  const mirror = spec.steps.findIndex((step) => step.mirror !== undefined);
  const copies =
    mirror < 0
      ? []
      : [refused("Unsupported", `spec.steps[${mirror}].mirror`, "needs a VirtualService")];
  const { type } = route.route;
  const l4 =
    type === "http"
      ? []
      : [refused("Unsupported", "spec.target.route.type", `has no ${type} routes`)];
  return [...sides, ...helpers, ...copies, ...l4];
}

function versionFindings(
  { stable, canary }: Versions,
  { spec }: CanaryRollout,
  targets: readonly RolloutTarget[],
): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  const hasRule = targets.some((target) => !hasWeights(target));
  for (const side of ["stable", "canary"] as const) {
    const facts = side === "stable" ? stable : canary;
    const { subset } = spec[side];
    const label = versionLabel(spec, side);
    const field = `spec.${side}${subset === undefined ? "" : ".subset"}`;
    const error = (code: string, message: string) =>
      found.push({ level: "error", code, field, message });
    if (!facts.service && !facts.external) {
      error("HostNotFound", `no Service or ServiceEntry has the host ${facts.host}`);
    } else if (subset !== undefined && !facts.subsetLabels) {
      error("SubsetNotFound", `no DestinationRule defines subset ${subset} of ${facts.host}`);
    } else if (subset !== undefined && facts.definedBy === undefined && !hasRule) {
      error(
        "SubsetNotFound",
        `${facts.host} has no DestinationRule that subset ${subset} could be added to`,
      );
    } else if (facts.service && facts.pods.ready === 0) {
      const { total } = facts.pods;
      error("NoReadyEndpoints", `${label} has no ready pod (0 of ${total})`);
    }
  }
  const shared = stable.revisions.filter((revision) => canary.revisions.includes(revision));
  if (stable.host === canary.host && shared.length > 0 && found.length === 0) {
    found.push({
      level: "error",
      code: "VersionsNotTold",
      field: "spec.canary",
      message: `telemetry cannot tell the versions apart: both have pods of version ${shared.join(", ")}`,
    });
  }
  return found;
}
