import { nodeOfLeaf } from "@/lib/graph/drawing";
import type { MeshGraph } from "@/lib/graph/mesh-graph";

/** What a node or a version is called in running text; its id when it is no longer drawn. */
export function nameOfLeaf(graph: MeshGraph, id: string): string {
  const found = nodeOfLeaf(graph, id);
  if (!found) return id;
  const { node, version } = found;
  return version ? `${node.name} ${version.version ?? "(no pod)"}` : node.name;
}
