import { boxNameOf, type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";

/**
 * What stays in full ink while `selected` is: the thing itself (or all that stands in a
 * box), its edges, and their other ends.
 * Undefined when nothing is selected, or something that is no longer drawn.
 */
export function relatedTo(
  selected: string | null,
  graph: MeshGraph,
): ReadonlySet<string> | undefined {
  if (selected === null) return undefined;
  const members = new Set(
    selected.startsWith("box:")
      ? graph.nodes
          .filter((node) => `box:${boxNameOf(node) ?? ""}` === selected)
          .map(({ id }) => id)
      : [],
  );
  const touches = (leaf: string) =>
    leaf === selected || nodeIdOf(leaf) === selected || members.has(nodeIdOf(leaf));
  const edges = graph.edges.filter(
    ({ id, source, target }) => id === selected || touches(source) || touches(target),
  );
  const isNode = graph.nodes.some(
    ({ id, versions }) => id === selected || versions.some((version) => version.id === selected),
  );
  if (edges.length === 0 && !isNode && members.size === 0) return undefined;
  const leaves = edges.flatMap(({ source, target }) => [source, target]);
  const versions = graph.nodes
    .filter(({ id }) => id === selected || members.has(id))
    .flatMap((node) => node.versions.map(({ id }) => id));
  return new Set([
    selected,
    nodeIdOf(selected),
    ...versions,
    ...members,
    ...edges.map(({ id }) => id),
    ...leaves,
    ...leaves.map(nodeIdOf),
  ]);
}
