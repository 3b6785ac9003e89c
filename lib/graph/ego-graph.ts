import { groupBy } from "./collect";
import { type MeshGraph, nodeIdOf } from "./mesh-graph";

/**
 * The part of a graph within `hops` calls of one node, up or down the stream. The whole graph when
 * there is no such node.
 */
export function egoGraph(graph: MeshGraph, id: string, hops: number): MeshGraph {
  const centre = nodeIdOf(id);
  if (!graph.nodes.some((node) => node.id === centre)) return graph;
  const near = neighbours(graph, "both");
  const reached = new Set([centre]);
  let rim = [centre];
  for (let hop = 0; hop < hops; hop += 1) {
    rim = rim.flatMap((at) => near.get(at) ?? []).filter((at) => !reached.has(at));
    for (const at of rim) reached.add(at);
  }
  return only(graph, reached);
}

/**
 * What lies on the shortest ways of calls from one node to another; undefined when no call leads
 * there.
 */
export function pathGraph(graph: MeshGraph, from: string, to: string): MeshGraph | undefined {
  const [start, end] = [nodeIdOf(from), nodeIdOf(to)];
  const forth = distances(start, neighbours(graph, "down"));
  const back = distances(end, neighbours(graph, "up"));
  const length = forth.get(end);
  if (length === undefined) return undefined;
  const on = new Set(
    graph.nodes
      .map(({ id }) => id)
      .filter((id) => (forth.get(id) ?? Infinity) + (back.get(id) ?? Infinity) === length),
  );
  return only(graph, on);
}

function neighbours(graph: MeshGraph, way: "down" | "up" | "both") {
  const pairs = graph.edges.flatMap(({ source, target }) => {
    const [from, to] = [nodeIdOf(source), nodeIdOf(target)];
    return [
      ...(way === "up" ? [] : [[from, to] as const]),
      ...(way === "down" ? [] : [[to, from] as const]),
    ];
  });
  return new Map(
    [...groupBy(pairs, ([from]) => from)].map(([from, ends]) => [from, ends.map(([, to]) => to)]),
  );
}

function distances(start: string, next: ReadonlyMap<string, readonly string[]>) {
  const found = new Map([[start, 0]]);
  for (const [at, distance] of found) {
    for (const to of next.get(at) ?? []) if (!found.has(to)) found.set(to, distance + 1);
  }
  return found;
}

function only(graph: MeshGraph, ids: ReadonlySet<string>): MeshGraph {
  const nodes = graph.nodes.filter(({ id }) => ids.has(id));
  const drawn = new Set(nodes.map(({ namespace }) => namespace));
  return {
    ...graph,
    nodes,
    edges: graph.edges.filter(
      ({ source, target }) => ids.has(nodeIdOf(source)) && ids.has(nodeIdOf(target)),
    ),
    boxes: graph.boxes.filter(({ namespace }) => drawn.has(namespace)),
  };
}
