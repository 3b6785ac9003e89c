import { compare, groupBy } from "./collect";
import { isUnwell } from "./health";
import { type GraphEdge, type MeshGraph, nodeIdOf } from "./mesh-graph";

/** A picture of no more calls than this shows all of them. */
const ALL_DRAWN = 60;
const PER_PLATE = 1;
/** What nearly everybody calls, or calls nearly everybody, is a hub: its lines cover the picture. */
const HUB = { share: 0.4, ends: 10 } as const;
/** Where more of the nodes than this are so, none stands out, and none is a hub. */
const FEW_HUBS = 0.1;
/** A call stays drawn until another has this much more traffic: lines must not flicker. */
const KEEP_DRAWN = 1.5;
/** So many bytes of TCP weigh as much as one request. */
const BYTES_A_REQUEST = 10_000;

/** Which calls a picture shows while nothing is selected. */
export interface DrawnCalls {
  readonly drawn: ReadonlySet<string>;
  /** By id of a node whose calls are not all drawn. */
  readonly hubs: ReadonlyMap<string, Hub>;
}

/** With how many plates a node has calls; 0 where those are so few that they are drawn. */
export interface Hub {
  readonly callers: number;
  readonly callees: number;
}

/**
 * Chooses the calls to draw where all of them would be a tangle: whatever is not healthy, for each
 * plate the busiest call to it, and then the busiest of the rest, but none of hubs: those stand aside,
 * and the plates they are joined to say so. `before` are the calls that were drawn the last time, and
 * stay where there is little between them.
 */
export function drawnCalls(graph: MeshGraph, before: ReadonlySet<string>): DrawnCalls {
  const { nodes, edges } = graph;
  if (edges.length <= ALL_DRAWN) {
    return { drawn: new Set(edges.map(({ id }) => id)), hubs: new Map() };
  }
  const hubs = hubsOf(graph);
  const isOfHub = ({ source, target }: GraphEdge) =>
    (hubs.get(nodeIdOf(target))?.callers ?? 0) > 0 ||
    (hubs.get(nodeIdOf(source))?.callees ?? 0) > 0;
  const plain = edges.filter((edge) => !isOfHub(edge));
  const weight = (edge: GraphEdge) => weightOf(edge) * (before.has(edge.id) ? KEEP_DRAWN : 1);
  const busiestFirst = (a: GraphEdge, b: GraphEdge) => weight(b) - weight(a) || compare(a.id, b.id);
  const drawn = new Set(edges.filter(({ health }) => isUnwell(health)).map(({ id }) => id));
  for (const calls of groupBy(plain, ({ target }) => target).values()) {
    const [busiest] = [...calls].sort(busiestFirst);
    if (busiest) drawn.add(busiest.id);
  }
  const budget = Math.max(ALL_DRAWN, PER_PLATE * nodes.length);
  const rest = plain
    .filter((edge) => !drawn.has(edge.id))
    .sort(busiestFirst)
    .slice(0, Math.max(0, budget - drawn.size));
  for (const { id } of rest) drawn.add(id);
  return { drawn, hubs };
}

/** Nodes that have calls with more plates than anybody could follow. */
function hubsOf({ nodes, edges }: MeshGraph): ReadonlyMap<string, Hub> {
  const most = Math.max(HUB.ends, HUB.share * nodes.length);
  const count = (end: "source" | "target", other: "source" | "target") =>
    new Map(
      [...groupBy(edges, (edge) => nodeIdOf(edge[end]))]
        .map(([id, calls]) => [id, new Set(calls.map((call) => call[other])).size] as const)
        .filter(([, ends]) => ends > most),
    );
  const [callers, callees] = [count("target", "source"), count("source", "target")];
  const ids = new Set([...callers.keys(), ...callees.keys()]);
  if (ids.size > Math.max(1, FEW_HUBS * nodes.length)) return new Map();
  return new Map(
    [...ids].map((id) => [id, { callers: callers.get(id) ?? 0, callees: callees.get(id) ?? 0 }]),
  );
}

const weightOf = ({ traffic }: GraphEdge) =>
  (traffic.requestsPerSecond ?? 0) +
  ((traffic.tcpSentPerSecond ?? 0) + (traffic.tcpReceivedPerSecond ?? 0)) / BYTES_A_REQUEST;
