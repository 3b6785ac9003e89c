import type { Instant } from "@/lib/base/units";
import { workloadIndex } from "@/lib/graph/workload-index";
import { graphObjects } from "@/lib/graph/graph-objects";
import { worstOf } from "@/lib/graph/health";
import { sameParts } from "@/lib/graph/kept-parts";
import type { GraphNode, Health, MeshGraph } from "@/lib/graph/mesh-graph";
import type { MeshView } from "@/lib/mesh/view";
import { proxyCause } from "@/lib/xds/proxy-state";
import type { ProxySync } from "@/lib/xds/sync-status";
import type { MeshAnalysis, MeshFindings } from "../config/mesh-analysis";
import type { Proxies } from "../proxies/proxies-service";
import type { Clock } from "../ports";
import { type NodeFindings, nodeFindings } from "./node-findings";

/** A graph whose health knows of configuration and proxies too. */
export interface JudgedGraph {
  readonly graph: MeshGraph;
  /** By the id of a node, without those that have none. */
  readonly findings: Readonly<Record<string, NodeFindings>>;
}

/** Proxies of one workload that do not hold what istiod wants them to. */
interface Unsynced {
  readonly refused: readonly string[];
  readonly late: readonly string[];
}

/**
 * Adds to the health of a graph what telemetry does not tell: errors in the configuration that
 * decides about a node, and proxies behind it that refused configuration or are late with it.
 * Asked for the same graph again while nothing of that changed, it answers with the same object.
 */
export function graphJudge(needs: {
  readonly analysis: MeshAnalysis;
  readonly proxies: Pick<Proxies, "known">;
  readonly clock: Clock;
}): (graph: MeshGraph, view: MeshView) => JudgedGraph {
  const { analysis, proxies, clock } = needs;
  const judged = new WeakMap<MeshGraph["nodes"], Judged>();
  return (graph, view) => {
    const current = analysis.current();
    const unsynced = unsyncedWorkloads(view, proxies.known().proxies, clock.now());
    const from = [current.counts, view.derive(graphObjects), JSON.stringify([...unsynced])];
    const before = judged.get(graph.nodes);
    if (before && sameParts(before.from, from)) {
      // Boxes and edges may be others.
      return before.of === graph ? before.made : remembered(before, graph);
    }
    const made = judgeGraph(graph, current, unsynced);
    judged.set(graph.nodes, { from, of: graph, made });
    return made;
  };
}

/** Adds to the health of a graph the errors of its configuration, and proxies that are out of step. */
export function judgeGraph(
  graph: MeshGraph,
  findings: Pick<MeshFindings, "view" | "counts">,
  unsynced: UnsyncedWorkloads,
): JudgedGraph {
  const found = nodeFindings(graph.nodes, findings);
  const nodes = graph.nodes.map((node) => {
    const more = [configHealth(found[node.id]), proxyHealth(node, unsynced)];
    return more.every((health) => health === undefined)
      ? node
      : { ...node, health: worstOf([node.health, ...more]) };
  });
  return { graph: { ...graph, nodes }, findings: found };
}

/** Nodes that were judged, in the graph that they were judged in last. */
interface Judged {
  /** All that the verdicts rest on besides the nodes. */
  readonly from: readonly unknown[];
  of: MeshGraph;
  made: JudgedGraph;
}

function remembered(before: Judged, graph: MeshGraph): JudgedGraph {
  before.of = graph;
  before.made = { ...before.made, graph: { ...graph, nodes: before.made.graph.nodes } };
  return before.made;
}

function configHealth(found: NodeFindings | undefined): Health | undefined {
  const errors = found?.counts.errors ?? 0;
  if (errors === 0) return undefined;
  return {
    state: "degraded",
    rule: "config",
    text: `Its configuration has ${errors === 1 ? "an error" : `${errors} errors`}`,
  };
}

function proxyHealth(
  { namespace = "", versions }: GraphNode,
  unsynced: UnsyncedWorkloads,
): Health | undefined {
  if (unsynced.size === 0) return undefined;
  const behind = versions.flatMap(({ workloads }) =>
    workloads.flatMap((workload) => unsynced.get(`${namespace}/${workload}`) ?? []),
  );
  const refused = behind.flatMap((workload) => workload.refused);
  const late = behind.flatMap((workload) => workload.late);
  if (refused.length + late.length === 0) return undefined;
  const count = (pods: readonly string[], does: string) =>
    pods.length === 0
      ? []
      : [`${pods.length === 1 ? `Proxy ${pods[0] ?? ""}` : `${pods.length} proxies`} ${does}`];
  return {
    state: "degraded",
    rule: "proxies",
    text: [
      ...count(refused, "refused configuration"),
      ...count(late, "did not take configuration in time"),
    ].join("; "),
  };
}

/** By `namespace/workload`. */
export type UnsyncedWorkloads = ReadonlyMap<string, Unsynced>;

/** The workloads whose proxies refused configuration, or are late with it. */
export function unsyncedWorkloads(
  view: MeshView,
  proxies: readonly ProxySync[],
  now: Instant,
): UnsyncedWorkloads {
  const found = new Map<string, { refused: string[]; late: string[] }>();
  const bad = proxies.flatMap((proxy) => {
    const { state } = proxyCause(proxy, now);
    return state === "refused" || state === "late" ? [{ id: proxy.id, state }] : [];
  });
  if (bad.length === 0) return found;
  const workloadOf = view.derive(workloadsOfPods);
  for (const { id, state } of bad) {
    const workload = workloadOf.get(id);
    if (workload === undefined) continue;
    const entry = found.get(workload) ?? { refused: [], late: [] };
    entry[state].push(id.split(".")[0] ?? id);
    found.set(workload, entry);
  }
  return found;
}

/** `namespace/workload` of each pod, by `pod.namespace` as istiod names its proxy. */
const workloadsOfPods = (view: MeshView): ReadonlyMap<string, string> =>
  new Map(
    [...view.derive(workloadIndex).workloads].flatMap(([key, { pods }]) =>
      pods.map(({ name, namespace }) => [`${name}.${namespace}`, key] as const),
    ),
  );
