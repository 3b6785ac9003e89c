import type { MeshView } from "@/lib/mesh/view";
import { type CanaryRollout, destinationLabel, type RolloutDestination } from "./plan";
import { findRoutes, isRefusal, sideKey } from "./route-target";
import { versionFacts, type VersionFacts } from "./version-facts";
import { planWeights } from "./weight-patch";

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
      { host: side.host ?? spec.target.host, subset: side.subset },
      metadata.namespace,
    );
  return { stable: facts(spec.stable), canary: facts(spec.canary) };
}

/** What names the routes that a rollout writes, so that two can tell whether they want the same. */
function routeKeys(mesh: MeshView, { metadata, spec }: CanaryRollout): string[] {
  const { virtualService: name, route } = spec.target;
  const object = mesh.get("VirtualService", metadata.namespace, name);
  const found = object && findRoutes(object, spec);
  const places =
    found && !isRefusal(found)
      ? found.map(({ identity }) => identity.index)
      : [route.name ?? route.index ?? 0];
  return places.map((place) => `${metadata.namespace}/${name} ${route.type} ${place}`);
}

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

  const { virtualService: name } = spec.target;
  const object = mesh.get("VirtualService", metadata.namespace, name);
  if (!object) {
    const message = `there is no VirtualService ${name} in ${metadata.namespace}`;
    add("error", "TargetMissing", "spec.target.virtualService", message);
    return findings;
  }
  findings.push(...routeFindings(rollout, object));
  findings.push(...versionFindings(versionsOf(mesh, rollout), rollout));

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
  if (!analysis.successRate && !analysis.p99) {
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
  { spec, metadata }: CanaryRollout,
  object: Parameters<typeof planWeights>[0],
): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  if (
    sideKey(spec, spec.stable, metadata.namespace) ===
    sideKey(spec, spec.canary, metadata.namespace)
  ) {
    const message = "the canary is the stable version";
    return [{ level: "error", code: "SameVersion", field: "spec.canary", message }];
  }
  const last = spec.steps.at(-1)?.weight ?? 0;
  const final = spec.finalise === "cutover" ? 100 : last;
  const plan = planWeights(object, spec, { percent: final });
  if (isRefusal(plan)) {
    return [{ level: "error", code: plan.code, field: plan.field, message: plan.message }];
  }
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

function versionFindings(
  { stable, canary }: Versions,
  { spec }: CanaryRollout,
): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  for (const side of ["stable", "canary"] as const) {
    const facts = side === "stable" ? stable : canary;
    const { subset } = spec[side];
    const label = destinationLabel(spec[side], spec.target.host);
    const field = `spec.${side}${subset === undefined ? "" : ".subset"}`;
    const error = (code: string, message: string) =>
      found.push({ level: "error", code, field, message });
    if (!facts.service) {
      error("HostNotFound", `no Service has the host ${facts.host}`);
    } else if (subset !== undefined && !facts.subsetLabels) {
      error("SubsetNotFound", `no DestinationRule defines subset ${subset} of ${facts.host}`);
    } else if (facts.pods.ready === 0) {
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
