import { type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";

/**
 * What stays in full ink while `selected` is: the thing itself, its edges, and their other ends.
 * Undefined when nothing is selected, or something that is no longer drawn.
 */
export function relatedTo(
  selected: string | null,
  graph: MeshGraph,
): ReadonlySet<string> | undefined {
  if (selected === null) return undefined;
  const touches = (leaf: string) => leaf === selected || nodeIdOf(leaf) === selected;
  const edges = graph.edges.filter(
    ({ id, source, target }) => id === selected || touches(source) || touches(target),
  );
  const isNode = graph.nodes.some(
    ({ id, versions }) => id === selected || versions.some((version) => version.id === selected),
  );
  if (edges.length === 0 && !isNode) return undefined;
  const leaves = edges.flatMap(({ source, target }) => [source, target]);
  const versions = graph.nodes
    .filter(({ id }) => id === selected)
    .flatMap((node) => node.versions.map(({ id }) => id));
  return new Set([
    selected,
    nodeIdOf(selected),
    ...versions,
    ...edges.map(({ id }) => id),
    ...leaves,
    ...leaves.map(nodeIdOf),
  ]);
}
