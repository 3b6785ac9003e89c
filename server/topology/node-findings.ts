import type { LevelCounts } from "@/lib/analysis/finding";
import { decidedBy } from "@/lib/graph/config-facts";
import { graphObjects } from "@/lib/graph/graph-objects";
import type { GraphNode } from "@/lib/graph/mesh-graph";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";
import type { MeshFindings } from "../config/mesh-analysis";

/** What is wrong with the configuration behind one node of the graph. */
export interface NodeFindings {
  readonly counts: LevelCounts;
  /** The objects that have the findings. */
  readonly objects: readonly ObjectRef[];
}

/**
 * The errors and warnings of the objects that decide about each node, and of its own Service and
 * Deployments; by the node's id, without those that have none. Policies of a whole namespace belong
 * to no node.
 */
export function nodeFindings(
  nodes: readonly GraphNode[],
  { view, counts }: Pick<MeshFindings, "view" | "counts">,
): Readonly<Record<string, NodeFindings>> {
  const found = nodes.flatMap((node) => {
    const faulty = objectsBehind(node, view).flatMap((ref) => {
      const own = counts(ref);
      return own.errors + own.warnings > 0 ? [{ ref, own }] : [];
    });
    if (faulty.length === 0) return [];
    const sum = (key: keyof LevelCounts) => faulty.reduce((total, { own }) => total + own[key], 0);
    const all = { errors: sum("errors"), warnings: sum("warnings"), infos: sum("infos") };
    return [[node.id, { counts: all, objects: faulty.map(({ ref }) => ref) }] as const];
  });
  return Object.fromEntries(found);
}

const known = new WeakMap<GraphNode, { of: object; objects: readonly ObjectRef[] }>();

/** The objects that decide about a node, found once for each state of the objects. */
function objectsBehind(node: GraphNode, view: MeshView): readonly ObjectRef[] {
  const state = view.derive(graphObjects);
  const before = known.get(node);
  if (before?.of === state) return before.objects;
  const objects = objectsOf(node, decidedBy(node, view));
  known.set(node, { of: state, objects });
  return objects;
}

function objectsOf(
  { namespace, services, versions }: GraphNode,
  decisions: ReturnType<typeof decidedBy>,
): readonly ObjectRef[] {
  const deciding = decisions
    .map(({ ref }) => ref)
    .filter(({ kind }) => kind !== "PeerAuthentication");
  const own: readonly ObjectRef[] =
    namespace === undefined
      ? []
      : [
          ...services.map((name) => ({ kind: "Service" as const, namespace, name })),
          ...versions.flatMap(({ workloads }) =>
            workloads.map((workload) => ({
              kind: "Deployment" as const,
              namespace,
              name: workload,
            })),
          ),
        ];
  const byId = new Map(
    [...deciding, ...own].map((ref) => [`${ref.kind}/${ref.namespace}/${ref.name}`, ref]),
  );
  return [...byId.values()];
}
