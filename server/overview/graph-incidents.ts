import { formatErrorShare, formatRate } from "@/lib/graph/format";
import type { GraphEdge, GraphNode, MeshGraph } from "@/lib/graph/mesh-graph";
import { errorsPerSecond, worstResponse } from "@/lib/graph/traffic";
import type { Incident } from "./incident";
import { responseFlagMeaning } from "./response-flags";
import type { RecentChange } from "./recent-changes";

/** A change this long before the trouble may be its cause. */
const SUSPECT_MS = 10 * 60_000;

const isUnwell = ({ health }: { readonly health: GraphNode["health"] }): boolean =>
  health.state === "failing" || health.state === "degraded";

/**
 * The services that are the origin of what fails.
 *
 * A service whose own calls fail at another unwell one only passes that on: it is named among
 * those affected, not as an incident of its own.
 */
export function graphIncidents(graph: MeshGraph): Incident[] {
  const unwell = graph.nodes.filter(isUnwell);
  const ids = new Set(unwell.map(({ id }) => id));
  const failingEdges = graph.edges.filter(isUnwell);
  const passesOn = new Set(
    failingEdges
      .filter(({ source, target }) => source !== target && ids.has(target))
      .map(({ source }) => source),
  );
  const origins = unwell.filter(({ id }) => !passesOn.has(id));
  // Only in a circle does everybody pass on; then all of it is shown.
  return (origins.length > 0 ? origins : unwell).map((node) =>
    incidentOf(node, affectedBy(node.id, failingEdges), graph),
  );
}

/** Who gets errors because `id` gives them, nearest first. */
function affectedBy(id: string, failingEdges: readonly GraphEdge[]): readonly string[] {
  const found: string[] = [];
  for (let at = -1; at < found.length; at += 1) {
    const callee = at < 0 ? id : found[at];
    for (const { source, target } of failingEdges) {
      if (target === callee && source !== id && !found.includes(source)) found.push(source);
    }
  }
  return found;
}

function incidentOf(node: GraphNode, affected: readonly string[], graph: MeshGraph): Incident {
  const names = new Map(graph.nodes.map(({ id, name }) => [id, name]));
  const callers = graph.edges
    .filter(({ target }) => target === node.id)
    .map(({ source }) => source);
  const [onlyCaller] = callers;
  const subject =
    callers.length === 1 && onlyCaller !== undefined
      ? `${names.get(onlyCaller) ?? onlyCaller} → ${node.name}`
      : node.name;
  return {
    id: `graph ${node.id}`,
    status: node.health.state === "failing" ? "fail" : "warn",
    title: symptom(subject, node),
    target: { page: "topology", id: node.id },
    cause: [
      byVersion(node),
      byFlags(node),
      affected.length > 0
        ? `It reaches ${affected.map((id) => names.get(id) ?? id).join(", ")}.`
        : "",
    ]
      .filter((sentence) => sentence !== "")
      .join(" "),
    since: undefined,
    sinceOrEarlier: false,
    actions: [
      { label: `Show ${node.name} in the topology`, target: { page: "topology", id: node.id } },
    ],
    evidence: undefined,
    weight: errorsPerSecond(node.inbound) ?? 0,
  };
}

function symptom(subject: string, node: GraphNode): string {
  const { health, inbound, pods } = node;
  if (health.rule === "readiness" && pods) {
    return `${node.name} has ${pods.ready} of ${pods.total} pods ready`;
  }
  const worst = worstResponse(inbound);
  if (!worst) return `${subject}: ${health.text}`;
  const answer =
    worst.grpcStatus && worst.grpcStatus !== "0"
      ? `answers gRPC status ${worst.grpcStatus}`
      : worst.code === "0"
        ? "breaks the connection"
        : `answers ${worst.code}`;
  return `${subject} ${answer} to ${formatErrorShare(inbound.errorRatio)} of requests`;
}

/** Which version it comes from, where the service has several that differ. */
function byVersion({ versions }: GraphNode): string {
  const bad = versions.filter((version) => isUnwell(version) && version.version !== null);
  const [worst] = bad;
  if (versions.length < 2 || bad.length !== 1 || !worst) return "";
  return (
    `It comes from version ${worst.version}, which fails ` +
    `${formatErrorShare(worst.inbound.errorRatio)} of its ` +
    `${formatRate(worst.inbound.requestsPerSecond)} requests/s.`
  );
}

function byFlags({ inbound }: GraphNode): string {
  const flags = worstResponse(inbound)?.flags ?? "-";
  const meaning = responseFlagMeaning(flags);
  return meaning ? `Envoy flags them ${flags}: ${meaning}.` : "";
}

/** Names the newest change that touches the service and came shortly before it went wrong. */
export function withSuspect(incident: Incident, changes: readonly RecentChange[]): Incident {
  const { since, target, sinceOrEarlier } = incident;
  if (since === undefined || sinceOrEarlier || target?.page !== "topology") return incident;
  const [namespace = "", name = ""] = target.id.split("/");
  const suspect = changes.find(
    ({ ref, at }) =>
      ref.namespace === namespace &&
      (ref.name === name || ref.name.startsWith(`${name}-`)) &&
      at <= since + SUSPECT_SLACK_MS &&
      since - at <= SUSPECT_MS,
  );
  if (!suspect) return incident;
  const { kind, name: object } = suspect.ref;
  const who = suspect.who ? ` by ${suspect.who}` : "";
  return {
    ...incident,
    cause:
      `${kind} ${namespace}/${object} was ${suspect.what}${who} just before. ${incident.cause}`.trim(),
    actions: [
      { label: `Open ${kind} ${object}`, target: { page: "config", ref: suspect.ref } },
      ...incident.actions,
    ],
  };
}

/** Telemetry is cut into steps, so trouble may seem to begin a step before its cause. */
const SUSPECT_SLACK_MS = 60_000;
