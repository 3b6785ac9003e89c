import {
  formatBytes,
  formatErrorShare,
  formatLatency,
  formatRate,
  formatSplit,
} from "@/lib/graph/format";
import { type GraphEdge, type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";
import { isIdle, worstResponse } from "@/lib/graph/traffic";

/** What the labels of edges say. `rate` labels only what matters; the others label every edge. */
export type EdgeLabelChoice =
  "rate" | "errors" | "average" | "p50" | "p95" | "p99" | "throughput" | "split" | "mtls";

/** A label on an edge: lines of text, and why it is there. */
interface EdgeLabelView {
  readonly edge: string;
  readonly lines: readonly string[];
  readonly tone: "plain" | "fail" | "warn" | "canary";
}

/** How an edge is drawn. */
export interface EdgeView {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** Space-separated classes of the canvas's style sheet. */
  readonly classes: string;
  readonly label: EdgeLabelView | undefined;
  /** Some of its traffic went without mutual TLS. */
  readonly plaintext: boolean;
}

/** Requests per second below which an edge is drawn one step thinner; the last step is above all. */
const WIDTH_STEPS = [50, 300, 1000] as const;

/** This many of the busiest edges are labelled though nothing is wrong with them. */
const BUSIEST = 3;

/** An edge keeps its label until another has this much more traffic: labels must not flicker. */
const KEEP_LABEL = 1.25;

/** Draws the edges of a graph. `labelled` are the busiest edges of the last time. */
export function edgeViews(
  graph: MeshGraph,
  options: {
    readonly choice: EdgeLabelChoice;
    readonly selected: string | null;
    readonly busiest: ReadonlySet<string>;
  },
): readonly EdgeView[] {
  const splits = splitShares(graph);
  const canaries = new Set(
    graph.nodes.flatMap(({ versions }) => versions.filter((v) => v.canary).map(({ id }) => id)),
  );
  return graph.edges.map((edge) => {
    const canary = canaries.has(edge.target);
    const plaintext = edge.mutualTls !== null && edge.mutualTls < 0.999 && !isIdle(edge.traffic);
    return {
      id: edge.id,
      source: edge.source,
      target: edge.target,
      classes: classesOf(edge, canary),
      label: labelOf(edge, { ...options, canary, split: splits.get(edge.id) }),
      plaintext,
    };
  });
}

/** The edges that carry most, those of `before` first where there is little between them. */
export function busiestEdges(graph: MeshGraph, before: ReadonlySet<string>): ReadonlySet<string> {
  const weight = (edge: GraphEdge) =>
    (edge.traffic.requestsPerSecond ?? 0) * (before.has(edge.id) ? KEEP_LABEL : 1);
  return new Set(
    graph.edges
      .filter((edge) => (edge.traffic.requestsPerSecond ?? 0) > 0)
      .sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1))
      .slice(0, BUSIEST)
      .map(({ id }) => id),
  );
}

function classesOf({ traffic, health }: GraphEdge, canary: boolean): string {
  const step = WIDTH_STEPS.filter((limit) => (traffic.requestsPerSecond ?? 0) >= limit).length;
  const state =
    health.state === "failing"
      ? "fail"
      : health.state === "degraded"
        ? "warn"
        : health.state === "idle"
          ? "idle"
          : canary
            ? "canary"
            : "ok";
  return `width-${step} ${state}`;
}

/** The part of a caller's requests to a service that goes to each of its versions. */
function splitShares(graph: MeshGraph): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  const pair = ({ source, target }: GraphEdge) => `${source}>${nodeIdOf(target)}`;
  const counts = new Map<string, number>();
  for (const edge of graph.edges) {
    totals.set(pair(edge), (totals.get(pair(edge)) ?? 0) + (edge.traffic.requestsPerSecond ?? 0));
    counts.set(pair(edge), (counts.get(pair(edge)) ?? 0) + 1);
  }
  return new Map(
    graph.edges.flatMap((edge) => {
      const total = totals.get(pair(edge)) ?? 0;
      const share = (edge.traffic.requestsPerSecond ?? 0) / total;
      const splits = (counts.get(pair(edge)) ?? 0) > 1 && total > 0 && share > 0 && share < 1;
      return splits ? [[edge.id, share] as const] : [];
    }),
  );
}

function labelOf(
  edge: GraphEdge,
  context: {
    readonly choice: EdgeLabelChoice;
    readonly selected: string | null;
    readonly busiest: ReadonlySet<string>;
    readonly canary: boolean;
    readonly split: number | undefined;
  },
): EdgeLabelView | undefined {
  const { choice, selected, busiest, canary, split } = context;
  const { id, traffic, health } = edge;
  const rate =
    traffic.requestsPerSecond === null
      ? formatBytes(bytesOf(traffic))
      : `${formatRate(traffic.requestsPerSecond)}/s`;
  const label = (lines: readonly string[], tone: EdgeLabelView["tone"]) => ({
    edge: id,
    lines,
    tone,
  });

  if (health.state === "failing" || health.state === "degraded") {
    const worst = worstResponse(traffic);
    const code = worst ? `, ${worst.grpcStatus ?? worst.code}` : "";
    const flag = worst && worst.flags !== "-" ? ` ${worst.flags}` : "";
    const lines = [rate, `${formatErrorShare(traffic.errorRatio)}${code}${flag}`];
    return label(lines, health.state === "failing" ? "fail" : "warn");
  }
  if (isIdle(traffic)) return undefined;
  if (choice === "mtls") {
    // Only what is not as it should be: a lock on every edge says nothing.
    const { mutualTls } = edge;
    if (mutualTls !== null && mutualTls >= 0.999) return undefined;
    return label([mutualTls === null ? "mTLS ?" : `mTLS ${formatSplit(mutualTls)}`], "plain");
  }
  if (choice === "errors") {
    const { errorRatio } = traffic;
    return errorRatio === null ? undefined : label([formatErrorShare(errorRatio)], "plain");
  }
  if (choice === "throughput") {
    return label([formatBytes(traffic.payloadPerSecond ?? bytesOf(traffic))], "plain");
  }
  if (choice === "split") {
    return split === undefined
      ? undefined
      : label([formatSplit(split)], canary ? "canary" : "plain");
  }
  if (choice !== "rate") {
    const latency = traffic.latency[choice];
    return latency === null ? undefined : label([formatLatency(latency)], "plain");
  }
  if (split !== undefined) return label([formatSplit(split)], canary ? "canary" : "plain");
  return busiest.has(id) || selected === id ? label([rate], "plain") : undefined;
}

const bytesOf = ({ tcpSentPerSecond, tcpReceivedPerSecond }: GraphEdge["traffic"]): number =>
  (tcpSentPerSecond ?? 0) + (tcpReceivedPerSecond ?? 0);
