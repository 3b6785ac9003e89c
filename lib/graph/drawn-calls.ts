import { compare, groupBy } from "./collect";
import { isUnwell } from "./health";
import { type GraphEdge, type MeshGraph, nodeIdOf } from "./mesh-graph";

/** A picture of no more calls than this shows all of them. */
const ALL_DRAWN = 60;
const PER_PLATE = 2;
/** What nearly everybody calls is a hub: lines to it cover the picture and say little. */
const HUB = { share: 0.4, callers: 10 } as const;
/** A call stays drawn until another has this much more traffic: lines must not flicker. */
const KEEP_DRAWN = 1.5;
/** So many bytes of TCP weigh as much as one request. */
const BYTES_A_REQUEST = 10_000;

/** Which calls a picture shows while nothing is selected. */
export interface DrawnCalls {
  readonly drawn: ReadonlySet<string>;
  /** By id of a node: how many plates call it, of those whose callers are not all drawn. */
  readonly hubs: ReadonlyMap<string, number>;
}

/**
 * Chooses the calls to draw where all of them would be a tangle: whatever is not healthy, for each
 * plate the busiest call to it, and then the busiest of the rest, those to hubs last. `before` are
 * the calls that were drawn the last time, and stay where there is little between them.
 */
export function drawnCalls(graph: MeshGraph, before: ReadonlySet<string>): DrawnCalls {
  const { nodes, edges } = graph;
  if (edges.length <= ALL_DRAWN) {
    return { drawn: new Set(edges.map(({ id }) => id)), hubs: new Map() };
  }
  const callsTo = groupBy(edges, ({ target }) => nodeIdOf(target));
  const most = Math.max(HUB.callers, HUB.share * nodes.length);
  const hubs = new Map(
    [...callsTo]
      .map(([id, calls]) => [id, new Set(calls.map(({ source }) => source)).size] as const)
      .filter(([, callers]) => callers > most),
  );
  const weight = (edge: GraphEdge) => weightOf(edge) * (before.has(edge.id) ? KEEP_DRAWN : 1);
  const busiestFirst = (a: GraphEdge, b: GraphEdge) => weight(b) - weight(a) || compare(a.id, b.id);
  const drawn = new Set(edges.filter(({ health }) => isUnwell(health)).map(({ id }) => id));
  for (const calls of groupBy(edges, ({ target }) => target).values()) {
    const [busiest] = [...calls].sort(busiestFirst);
    if (busiest) drawn.add(busiest.id);
  }
  const budget = Math.max(ALL_DRAWN, PER_PLATE * nodes.length);
  const toHub = ({ target }: GraphEdge) => hubs.has(nodeIdOf(target));
  const rest = edges
    .filter((edge) => !drawn.has(edge.id) && !toHub(edge))
    .sort(busiestFirst)
    .slice(0, Math.max(0, budget - drawn.size));
  for (const { id } of rest) drawn.add(id);
  return { drawn, hubs };
}

const weightOf = ({ traffic }: GraphEdge) =>
  (traffic.requestsPerSecond ?? 0) +
  ((traffic.tcpSentPerSecond ?? 0) + (traffic.tcpReceivedPerSecond ?? 0)) / BYTES_A_REQUEST;
