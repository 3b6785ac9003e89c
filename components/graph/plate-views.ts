import type { StatusName } from "@/components/ui/status-glyph";
import { isOpen } from "@/lib/graph/drawing";
import type { Hub } from "@/lib/graph/drawn-calls";
import { shortReason } from "@/lib/graph/short-reason";
import { formatBytes, formatErrorShare, formatRate, formatSplit } from "@/lib/graph/format";
import type {
  Badge,
  GraphNode,
  GraphVersion,
  Health,
  HealthRule,
  HealthState,
  MeshGraph,
  NodeKind,
  Pods,
  Traffic,
} from "@/lib/graph/mesh-graph";

/** What a state is called, and the sign that goes with it. */
export const HEALTH_STATUS: Readonly<Record<HealthState, StatusName>> = {
  healthy: "ok",
  degraded: "warn",
  failing: "fail",
  idle: "off",
  unknown: "unknown",
};

/** One plate of the graph: what it shows and what it is called. */
export interface PlateView {
  readonly id: string;
  readonly shape: Exclude<NodeKind, "group"> | "version" | "group" | "folded";
  readonly title: string;
  /** Right of the name: the share of a version, or how many call a hub. */
  readonly aside: string | undefined;
  /** The second line. */
  readonly line: string;
  readonly health: Health;
  readonly canary: boolean;
  readonly badges: readonly Badge[];
  /** The accessible name: all that the plate says, in words. */
  readonly name: string;
}

/**
 * Everything that is drawn as a plate: services, versions, and the title of each opened service.
 * `hubs` says how many call a node, or it calls, whose calls are not all drawn.
 */
export function plateViews(
  graph: MeshGraph,
  hubs: ReadonlyMap<string, Hub> = new Map(),
): readonly PlateView[] {
  return graph.nodes.flatMap((node) => {
    const hub = hubs.get(node.id);
    if (!isOpen(node, graph))
      return [nodePlate(node, node.kind === "group" ? "folded" : node.kind, hub)];
    return [
      nodePlate(node, "group", hub),
      ...node.versions.map((version) => versionPlate(node, version)),
    ];
  });
}

function nodePlate(
  node: GraphNode,
  shape: PlateView["shape"],
  { callers, callees }: Hub = { callers: 0, callees: 0 },
): PlateView {
  const kind = KIND_WORD[node.kind];
  return {
    id: node.id,
    shape,
    title: TITLE[node.kind] ?? node.name,
    aside: callers > 0 ? `← ${callers}` : callees > 0 ? `→ ${callees}` : undefined,
    line:
      node.members === undefined ? lineOf(node.inbound, node.health, node.pods) : groupLine(node),
    health: node.health,
    canary: false,
    badges: node.badges,
    name: [
      TITLE[node.kind] ?? node.name,
      ...(node.members === undefined ? (kind ? [kind] : []) : [groupLine(node)]),
      ...spoken(node.inbound, node.pods),
      ...(callers > 0 ? [`called by ${callers}`] : []),
      ...(callees > 0 ? [`calls ${callees}`] : []),
      STATE_WORD[node.health.state],
    ].join(", "),
  };
}

/** How many services a group holds, and what is wrong with the worst of them. */
function groupLine({ members = 0, health, inbound }: GraphNode): string {
  const services = members === 1 ? "1 service" : `${members} services`;
  const { requestsPerSecond } = inbound;
  if (health.state === "failing" || health.state === "degraded") {
    return `${services} · ${health.text.split(" ")[0] ?? ""} ${health.state}`;
  }
  return requestsPerSecond ? `${services} · ${formatRate(requestsPerSecond)}/s` : services;
}

function versionPlate(node: GraphNode, version: GraphVersion): PlateView {
  const share = formatSplit(version.share);
  const title = version.version ?? "no pod reached";
  return {
    id: version.id,
    shape: "version",
    title,
    aside: version.share === null ? undefined : share,
    line: lineOf(version.inbound, version.health, version.pods),
    health: version.health,
    canary: version.canary,
    badges: [],
    name: [
      `${node.name} ${title} ${version.share === null ? "" : share}`.trimEnd(),
      ...(version.canary ? ["canary"] : []),
      ...spoken(version.inbound, version.pods),
      STATE_WORD[version.health.state],
    ]
      .join(", ")
      .replaceAll("\u00a0", " "),
  };
}

const TITLE: Partial<Record<NodeKind, string>> = {
  passthrough: "passthrough",
  blackhole: "black hole",
  unknown: "unknown clients",
};

const KIND_WORD: Readonly<Record<NodeKind, string | undefined>> = {
  service: undefined,
  workload: undefined,
  gateway: "gateway",
  external: "outside the mesh",
  passthrough: "traffic to hosts that the mesh does not know",
  blackhole: "traffic that the mesh blocks",
  unknown: "outside the mesh",
  group: "group",
};

/** States in words, as summaries and names say them. */
export const STATE_WORD: Readonly<Record<HealthState, string>> = {
  healthy: "healthy",
  degraded: "degraded",
  failing: "failing",
  idle: "idle",
  unknown: "no data",
};

/** What is wrong, in a word, where no figure tells. */
const RULE_WORD: Partial<Record<HealthRule, string>> = {
  config: "config errors",
  proxies: "proxies not in sync",
};

/** Verdicts that the figures of a plate do not show by themselves. */
const SPELLED: ReadonlySet<HealthRule> = new Set(["latency", "config"]);

function lineOf(traffic: Traffic, health: Health, pods: Pods | null): string {
  if (health.rule === "readiness" && pods) return `${pods.ready} of ${pods.total} ready`;
  if (health.state === "unknown") return "no data";
  if (health.state === "idle" || (!traffic.protocols.length && RULE_WORD[health.rule])) {
    return RULE_WORD[health.rule] ?? "idle";
  }
  const { requestsPerSecond, errorRatio } = traffic;
  if (requestsPerSecond === null) {
    const bytes = bytesOf(traffic);
    return bytes === null ? "sends only" : `TCP ${formatBytes(bytes)}`;
  }
  const rate = `${formatRate(requestsPerSecond)}/s`;
  const reason = SPELLED.has(health.rule) ? shortReason(health) : undefined;
  if (reason !== undefined) return `${rate} · ${reason}`;
  return errorRatio ? `${rate} · ${formatErrorShare(errorRatio)}` : rate;
}

function spoken(traffic: Traffic, pods: Pods | null): string[] {
  const { requestsPerSecond, errorRatio } = traffic;
  const words: string[] = [];
  if (requestsPerSecond !== null) words.push(`${formatRate(requestsPerSecond)} requests/s`);
  if (errorRatio !== null) words.push(`${formatErrorShare(errorRatio)} errors`);
  const bytes = bytesOf(traffic);
  if (bytes !== null) words.push(`TCP ${formatBytes(bytes)}`);
  if (pods && pods.ready < pods.total) words.push(`${pods.ready} of ${pods.total} pods ready`);
  return words.map((word) => word.replaceAll("\u00a0", " "));
}

const bytesOf = ({ tcpSentPerSecond, tcpReceivedPerSecond }: Traffic): number | null =>
  tcpSentPerSecond === null && tcpReceivedPerSecond === null
    ? null
    : (tcpSentPerSecond ?? 0) + (tcpReceivedPerSecond ?? 0);
