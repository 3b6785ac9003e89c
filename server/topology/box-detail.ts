import { boxContents, type BoxContents } from "@/lib/graph/box-contents";
import { legsOf } from "@/lib/graph/legs";
import type { GraphNode, GraphType } from "@/lib/graph/mesh-graph";
import { namespacePolicies } from "@/lib/graph/namespace-policies";
import { CLIENT_REPORTERS } from "@/lib/graph/queries";
import { NO_LATENCY, sumTraffic } from "@/lib/graph/traffic";
import { workloadIndex } from "@/lib/graph/workload-index";
import type { LevelCounts } from "@/lib/analysis/finding";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";
import type { Clock, Metrics } from "../ports";
import type { NodeFindings } from "./node-findings";
import type { GraphPart } from "./present-graph";
import {
  explained,
  measure,
  MOST_PODS,
  NOTHING_MEASURED,
  type TopologyDetail,
} from "./topology-detail";
import type { Topology } from "./topology-service";

/** What the panel of a box or of a group shows. */
export interface BoxDetail extends TopologyDetail {
  readonly contents: BoxContents;
  readonly findings: NodeFindings;
}

/** Which box, `box:<name>`, or which group of the graph that is drawn. */
interface BoxQuestion extends GraphPart {
  readonly of: string;
  readonly type: GraphType;
  readonly windowSeconds?: number | undefined;
}

/** Findings of more objects than this make no link. */
const MOST_OBJECTS = 100;

/**
 * Reads what stands in a box: its services worst first, the calls over its rim, the policies of its
 * namespace, the pods that are not ready first, and, for a namespace, its traffic over time.
 *
 * @returns `null` when nothing stands there (any more).
 * @throws AppError when Prometheus does not answer; the graph itself goes on without.
 */
export async function boxDetail(
  needs: {
    readonly topology: Topology;
    readonly metrics: Metrics;
    readonly clock: Clock;
    readonly mesh: MeshView;
  },
  { of, ...question }: BoxQuestion,
  signal: AbortSignal,
): Promise<BoxDetail | null> {
  const { topology, mesh } = needs;
  const { fold, table: _, ...unfolded } = question;
  const drawn = await topology.graph({ ...unfolded, fold, judged: true });
  const whole = await topology.graph({ ...unfolded, judged: true });
  const found = boxContents(whole.graph, drawn.graph, of);
  if (!found) return null;
  const { nodes, ...contents } = found;
  const pods = podsOf(nodes, mesh);
  const namespace = question.groupBy === undefined ? contents.box : undefined;
  const { windowSeconds } = whole.graph;
  const facts = {
    contents,
    findings: sumFindings(nodes.flatMap(({ id }) => whole.findings[id] ?? [])),
    windowSeconds,
    decidedBy: namespace === undefined ? [] : namespacePolicies(namespace, mesh),
    pods: pods.slice(0, MOST_PODS),
    podCount: pods.length,
  };
  const { reading } = await topology.whole(question);
  if (!reading || namespace === undefined) return { ...facts, ...NOTHING_MEASURED };
  const flows = legsOf(reading.telemetry, mesh, question.type)
    .filter(({ target }) => target.namespace === namespace)
    .map(({ flow }) => flow);
  const { responses, protocols } = sumTraffic(flows, NO_LATENCY);
  if (protocols.length === 0) return { ...facts, ...NOTHING_MEASURED };
  const series = {
    selection: { reporter: CLIENT_REPORTERS, destination_service_namespace: namespace },
    requests: protocols.some((protocol) => protocol !== "tcp"),
    tcp: protocols.includes("tcp"),
  };
  return {
    ...facts,
    ...(await measure(needs, series, { at: reading.at, windowSeconds, signal })),
    responses: responses.map(explained),
    selection: series.selection,
  };
}

/** Pods behind some nodes, those that are not ready first. */
function podsOf(nodes: readonly GraphNode[], mesh: MeshView): TopologyDetail["pods"] {
  const { workloads } = mesh.derive(workloadIndex);
  return nodes
    .flatMap(({ namespace = "", versions }) =>
      versions
        .flatMap((version) => version.workloads)
        .flatMap((name) => workloads.get(`${namespace}/${name}`)?.pods ?? []),
    )
    .map(({ namespace, name, revision, ready }) => ({ namespace, name, version: revision, ready }))
    .sort((a, b) => Number(a.ready) - Number(b.ready));
}

function sumFindings(found: readonly NodeFindings[]): NodeFindings {
  const sum = (key: keyof LevelCounts) => found.reduce((all, { counts }) => all + counts[key], 0);
  const objects = new Map<string, ObjectRef>();
  for (const ref of found.flatMap((one) => one.objects)) {
    objects.set(`${ref.kind} ${ref.namespace}/${ref.name}`, ref);
  }
  return {
    counts: { errors: sum("errors"), warnings: sum("warnings"), infos: sum("infos") },
    objects: [...objects.values()].slice(0, MOST_OBJECTS),
  };
}
