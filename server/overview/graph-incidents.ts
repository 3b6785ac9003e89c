import { formatErrorShare, formatRate } from "@/lib/graph/format";
import type { GraphEdge, GraphNode, MeshGraph, ResponseShare } from "@/lib/graph/mesh-graph";
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
  const calls = graph.edges.filter(({ target }) => target === node.id);
  const [onlyCall] = calls;
  const subject =
    calls.length === 1 && onlyCall
      ? `${names.get(onlyCall.source) ?? onlyCall.source} → ${node.name}`
      : node.name;
  const worst = worstOf(calls);
  return {
    id: `graph ${node.id}`,
    status: node.health.state === "failing" ? "fail" : "warn",
    title: symptom(subject, node, worst),
    target: { page: "topology", id: node.id },
    cause: [
      byVersion(node),
      byFlags(worst),
      // The title names an only caller already.
      affected.length > 1 || (affected.length === 1 && calls.length > 1)
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
    evidence: {
      label: "Errors",
      value: formatErrorShare(node.inbound.errorRatio),
      points: [],
    },
    weight: errorsPerSecond(node.inbound) ?? 0,
  };
}

/** The kind of failure that most requests of these edges ended in; nodes do not carry theirs. */
const worstOf = (edges: readonly GraphEdge[]): ResponseShare | undefined =>
  edges
    .flatMap(({ traffic }) => worstResponse(traffic) ?? [])
    .toSorted((a, b) => b.requestsPerSecond - a.requestsPerSecond)[0];

function symptom(subject: string, node: GraphNode, worst: ResponseShare | undefined): string {
  const { health, inbound, pods } = node;
  if (health.rule === "readiness" && pods) {
    return `${node.name} has ${pods.ready} of ${pods.total} pods ready`;
  }
  if (health.rule === "latency" || health.rule === "saturation") {
    const [fact = ""] = health.text.split("; ");
    return `${subject}: ${fact.charAt(0).toLowerCase()}${fact.slice(1)}`;
  }
  const share = `${formatErrorShare(inbound.errorRatio)} of requests`;
  if (!worst) return `${subject} fails ${share}`;
  if (worst.grpcStatus && worst.grpcStatus !== "0") {
    return `${subject} answers gRPC status ${worst.grpcStatus} to ${share}`;
  }
  return worst.code === "0"
    ? `${subject} breaks the connection of ${share}`
    : `${subject} answers ${worst.code} to ${share}`;
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

function byFlags(worst: ResponseShare | undefined): string {
  const flags = worst?.flags ?? "-";
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
