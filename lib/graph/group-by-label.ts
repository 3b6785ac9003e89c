import type { MeshView } from "@/lib/mesh/view";
import { CLUSTER } from "./cluster-label";
import { compare } from "./collect";
import type { GraphNode, MeshGraph } from "./mesh-graph";
import { workloadIndex } from "./workload-index";

/** Labels that differ from pod to pod, or that say no more than a name does. */
const NOT_GROUPING =
  /^(pod-template-hash|controller-revision-hash|statefulset\.kubernetes\.io|app|version|service\.istio\.io|security\.istio\.io|kubernetes\.io\/metadata\.name)/;
/** A label with more values than this makes no boxes that anybody can read. */
const MOST_VALUES = 60;
/** Without the label, services stand together. */
const withoutLabel = (key: string) => `no ${key}`;

/** Boxes by cluster, in a mesh of several. */
export function clusterGrouping({ nodes }: MeshGraph): readonly string[] {
  const clusters = new Set(nodes.flatMap((node) => node.clusters ?? []));
  return clusters.size > 1 ? [CLUSTER] : [];
}

/**
 * The clusters of a node, as the name of its box. What has no traffic is in the one whose API server
 * we read, and so are most of what has both pods and traffic.
 */
function clusterBoxes(nodes: readonly GraphNode[]): (node: GraphNode) => string | undefined {
  const counts = new Map<string, number>();
  for (const { pods, clusters = [] } of nodes) {
    for (const name of pods ? clusters : []) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [home] = [...counts].sort(([a, x], [b, y]) => y - x || compare(a, b));
  return ({ clusters, pods }) => clusters?.join(" and ") ?? (pods ? home?.[0] : undefined);
}

/** Labels that boxes can be made by: of pods, or of their namespaces, with a few values each; sorted. */
export function groupingLabels(mesh: MeshView): readonly string[] {
  const values = new Map<string, Set<string>>();
  const add = (labels: Readonly<Record<string, string>> = {}) => {
    for (const [key, value] of Object.entries(labels)) {
      if (NOT_GROUPING.test(key)) continue;
      const known = values.get(key) ?? new Set();
      values.set(key, known.add(value));
    }
  };
  for (const { labels } of mesh.derive(workloadIndex).workloads.values()) add(labels);
  for (const { metadata } of mesh.list("Namespace")) add(metadata.labels);
  return [...values]
    .filter(([, known]) => known.size > 1 && known.size <= MOST_VALUES)
    .map(([key]) => key)
    .sort(compare);
}

/**
 * The graph with boxes made by a label: the one of a service's pods, or else of its namespace.
 * Outside of the mesh nothing has labels.
 */
export function groupByLabel(graph: MeshGraph, mesh: MeshView, key: string): MeshGraph {
  const { workloads } = mesh.derive(workloadIndex);
  const ofNamespace = new Map(
    mesh.list("Namespace").map(({ metadata }) => [metadata.name, metadata.labels?.[key]]),
  );
  const clusterOf = key === CLUSTER ? clusterBoxes(graph.nodes) : () => undefined;
  const groupOf = (node: GraphNode): string | undefined => {
    const { namespace, versions } = node;
    if (namespace === undefined) return undefined;
    const own = versions
      .flatMap((version) => version.workloads)
      .map((name) => workloads.get(`${namespace}/${name}`)?.labels[key])
      .find((value) => value !== undefined && value !== "");
    return own ?? clusterOf(node) ?? ofNamespace.get(namespace) ?? withoutLabel(key);
  };
  const nodes = graph.nodes.map((node) => {
    const group = groupOf(node);
    return group === undefined ? node : { ...node, group };
  });
  return { ...graph, nodes };
}
