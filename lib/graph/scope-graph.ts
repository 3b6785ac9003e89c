import { type MeshGraph, nodeIdOf } from "./mesh-graph";

/**
 * The part of a graph that concerns `namespaces`: their services, all traffic from and to them,
 * and who stands at the other end. No namespaces means the whole mesh.
 */
export function scopeGraph(graph: MeshGraph, namespaces: readonly string[]): MeshGraph {
  if (namespaces.length === 0) return graph;
  const wanted = new Set(namespaces);
  const inside = new Set(
    graph.nodes.filter((node) => wanted.has(node.namespace ?? "")).map(({ id }) => id),
  );
  const edges = graph.edges.filter(
    ({ source, target }) => inside.has(nodeIdOf(source)) || inside.has(nodeIdOf(target)),
  );
  const shown = new Set([
    ...inside,
    ...edges.flatMap(({ source, target }) => [nodeIdOf(source), nodeIdOf(target)]),
  ]);
  const nodes = graph.nodes.filter(({ id }) => shown.has(id));
  const drawn = new Set(nodes.map(({ namespace }) => namespace));
  return {
    ...graph,
    nodes,
    edges,
    boxes: graph.boxes.filter(({ namespace }) => drawn.has(namespace)),
  };
}
