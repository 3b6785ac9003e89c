import { HEALTH_STATUS } from "@/components/graph/plate-views";
import { formatNumber } from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { formatBytes, formatErrorShare, formatLatency, formatRate } from "@/lib/graph/format";
import { type GraphEdge, type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";
import { nameOfLeaf } from "./leaf-name";

/** The callers and callees of a node, each a button that leads to the edge. */
export function CallList({
  graph,
  leaf,
  total,
  onSelect,
}: {
  graph: MeshGraph;
  leaf: string;
  /** How many calls it has, where the graph may hold only some of them. */
  total: number | undefined;
  onSelect: (id: string) => void;
}) {
  const is = (id: string) => id === leaf || nodeIdOf(id) === leaf;
  const callers = graph.edges.filter(({ target }) => is(target));
  const callees = graph.edges.filter(({ source }) => is(source));
  const left = Math.max(0, (total ?? 0) - new Set([...callers, ...callees]).size);
  return (
    <>
      <Calls title="Called by" edges={callers} {...{ graph, onSelect }} />
      <Calls title="Calls" edges={callees} {...{ graph, onSelect }} />
      {left > 0 ? (
        <p className="text-ink-2">
          {formatNumber(left)} more calls are not listed: these are the worst and busiest of{" "}
          {formatNumber(total ?? 0)}. Find source or target names the others, and an export has all.
        </p>
      ) : null}
    </>
  );
}

function Calls({
  title,
  edges,
  graph,
  onSelect,
}: {
  title: string;
  edges: readonly GraphEdge[];
  graph: MeshGraph;
  onSelect: (id: string) => void;
}) {
  if (edges.length === 0) return null;
  return (
    <Panel title={title}>
      <ul>
        {edges.map((edge) => (
          <li key={edge.id} className="flex flex-wrap items-baseline gap-x-2">
            <button type="button" className="qd-row-action" onClick={() => onSelect(edge.id)}>
              {nameOfLeaf(graph, edge.source)} → {nameOfLeaf(graph, edge.target)}
            </button>
            <span
              className="ml-auto text-xs text-ink-2"
              data-status={HEALTH_STATUS[edge.health.state]}
            >
              {edge.health.state === "failing" || edge.health.state === "degraded" ? (
                <StatusGlyph status={HEALTH_STATUS[edge.health.state]} size={12} />
              ) : null}{" "}
              {figures(edge)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function figures({ traffic }: GraphEdge): string {
  const { requestsPerSecond, errorRatio, latency } = traffic;
  if (requestsPerSecond === null) {
    return formatBytes((traffic.tcpSentPerSecond ?? 0) + (traffic.tcpReceivedPerSecond ?? 0));
  }
  const parts = [`${formatRate(requestsPerSecond)}/s`];
  if (errorRatio) parts.push(formatErrorShare(errorRatio));
  if (latency.p95 !== null) parts.push(`p95 ${formatLatency(latency.p95)}`);
  return parts.join(" · ");
}
