import { type Instant, instant, type Millis, millis, seconds } from "@/lib/base/units";
import { decidedBy } from "@/lib/graph/config-facts";
import { nodeOfLeaf } from "@/lib/graph/drawing";
import { isLeaf, legsOf } from "@/lib/graph/legs";
import type { DecidedBy, GraphType, ResponseShare } from "@/lib/graph/mesh-graph";
import { latencyQuantile, requestRate, type Selection, tcpRate } from "@/lib/graph/queries";
import { type SeriesSelection, seriesOf } from "@/lib/graph/selection";
import { isFailure, NO_LATENCY, sumTraffic } from "@/lib/graph/traffic";
import { workloadIndex } from "@/lib/graph/workload-index";
import type { MeshView } from "@/lib/mesh/view";
import type { Clock, Metrics, Series } from "../ports";
import { responseFlagMeaning } from "../overview/response-flags";
import { withDeadline } from "./read-telemetry";
import type { Topology } from "./topology-service";

const DEADLINE = seconds(4);
/** A chart of this many points is as fine as its 240 px can show. */
const POINTS = 60;
/** A panel lists no more pods than this. */
export const MOST_PODS = 50;

/** A chart's line: one value for each instant of the detail, `null` where nothing was measured. */
type Line = readonly (number | null)[];

/** One pod behind a node, and so one proxy. */
interface PodLine {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly ready: boolean;
}

/** What the side panel shows besides what the graph has. */
export interface TopologyDetail {
  readonly windowSeconds: number;
  /** First and last instant of the charts; undefined without telemetry. */
  readonly range: { readonly start: Instant; readonly end: Instant } | undefined;
  readonly requests: Line;
  /** Failed requests over all, in [0, 1]. */
  readonly errors: Line;
  /** Milliseconds. */
  readonly p95: Line;
  /** Bytes per second, both ways; empty when it is no TCP. */
  readonly tcp: Line;
  /** How requests ended, largest first, and what Envoy's flags mean. */
  readonly responses: readonly (ResponseShare & { readonly meaning: string | undefined })[];
  /** The label values of its series, for the PromQL of its verdicts; absent without telemetry. */
  readonly selection: Selection | undefined;
  readonly decidedBy: readonly DecidedBy[];
  /** At most 50. */
  readonly pods: readonly PodLine[];
  readonly podCount: number;
}

/** Which thing of the graph: one id for a node or version, two for an edge. */
export interface DetailQuestion {
  readonly source?: string | undefined;
  readonly target: string;
  /** The type of the graph that the ids are of. */
  readonly type: GraphType;
  readonly windowSeconds?: number | undefined;
}

/**
 * Reads what the panel of a node, a version or an edge shows.
 *
 * @returns `null` when neither the cluster nor the telemetry knows it.
 * @throws AppError when Prometheus does not answer; the graph itself goes on without.
 */
export async function topologyDetail(
  needs: {
    readonly topology: Topology;
    readonly metrics: Metrics;
    readonly clock: Clock;
    readonly mesh: MeshView;
  },
  question: DetailQuestion,
  signal: AbortSignal,
): Promise<TopologyDetail | null> {
  const { topology, mesh } = needs;
  const { graph, reading } = await topology.whole(question);
  const { windowSeconds } = graph;
  const target = nodeOfLeaf(graph, question.target);
  const source = question.source === undefined ? undefined : nodeOfLeaf(graph, question.source);
  if (!target || (question.source !== undefined && !source)) return null;

  const pods = podsOf(target, mesh);
  const facts = {
    windowSeconds,
    decidedBy: distinct([
      ...(source?.node.kind === "gateway" ? decidedBy(source.node, mesh) : []),
      ...decidedBy(target.node, mesh),
    ]),
    pods: pods.slice(0, MOST_PODS),
    podCount: pods.length,
  };
  const ends = {
    target: question.target,
    ...(question.source === undefined ? {} : { source: question.source }),
  };
  const series = reading && seriesOf(ends, reading.telemetry, mesh, question.type);
  if (!reading || !series) return { ...facts, ...NOTHING_MEASURED };

  const legs = legsOf(reading.telemetry, mesh, question.type);
  const inbound = legs.filter(
    (leg) =>
      isLeaf(leg.target, ends.target) &&
      (ends.source === undefined || isLeaf(leg.source, ends.source)),
  );
  const counted =
    inbound.length > 0 ? inbound : legs.filter((leg) => isLeaf(leg.source, ends.target));
  const flows = counted.map(({ flow }) => flow);
  return {
    ...facts,
    ...(await measure(needs, series, { at: reading.at, windowSeconds, signal })),
    responses: sumTraffic(flows, NO_LATENCY).responses.map(explained),
    selection: series.selection,
  };
}

/** A response with what Envoy's flags mean. */
export const explained = (response: ResponseShare): TopologyDetail["responses"][number] => ({
  ...response,
  meaning: responseFlagMeaning(response.flags),
});

/** A policy of the whole mesh decides at both ends, and is named once. */
function distinct(decisions: readonly DecidedBy[]): readonly DecidedBy[] {
  const byText = new Map(decisions.map((decision) => [JSON.stringify(decision), decision]));
  return [...byText.values()];
}

/** A detail of what telemetry has nothing of. */
export const NOTHING_MEASURED = {
  range: undefined,
  requests: [],
  errors: [],
  p95: [],
  tcp: [],
  responses: [],
  selection: undefined,
} as const;

/** Reads rate, errors, p95 and bytes over the last sixty windows. @throws AppError without an answer */
export async function measure(
  { metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock },
  { selection, requests, tcp }: SeriesSelection,
  { at, windowSeconds, signal }: { at: Instant; windowSeconds: number; signal: AbortSignal },
): Promise<Pick<TopologyDetail, "range" | "requests" | "errors" | "p95" | "tcp">> {
  const step = seconds(windowSeconds);
  // Points on whole steps stay where they are from one refresh to the next.
  const end = instant(Math.floor(at / step) * step);
  const range = { start: instant(end - (POINTS - 1) * step), end, step };
  return withDeadline({ clock, deadline: DEADLINE, signal }, async (limited) => {
    const ask = async (wanted: boolean, promql: () => string): Promise<readonly Series[]> =>
      wanted ? metrics.queryRange(promql(), range, { signal: limited }) : [];
    const by = ["response_code", "grpc_response_status"];
    const [codes, p95, bytes] = await Promise.all([
      ask(requests, () => requestRate(selection, windowSeconds, by)),
      ask(requests, () => latencyQuantile(selection, windowSeconds, "p95")),
      ask(tcp, () => tcpRate(selection, windowSeconds)),
    ]);
    const all = lineOf(codes, range);
    const failed = lineOf(codes.filter(isFailed), range);
    return {
      range: { start: range.start, end },
      requests: requests ? all : [],
      errors: all.map((rate, i) => (rate ? (failed[i] ?? 0) / rate : null)),
      p95: lineOf(p95, range),
      tcp: tcp ? lineOf(bytes, range) : [],
    };
  });
}

const isFailed = ({ labels }: Series) =>
  isFailure({ code: labels.response_code ?? "", grpcStatus: labels.grpc_response_status });

/** The sum of all series at each step; `null` where none has a value. */
function lineOf(series: readonly Series[], range: { start: Instant; end: Instant; step: Millis }) {
  const line: (number | null)[] = Array.from({ length: POINTS }, () => null);
  for (const { points } of series) {
    for (const { at, value } of points) {
      const i = Math.round(millis(at - range.start) / range.step);
      if (value !== null && Number.isFinite(value)) line[i] = (line[i] ?? 0) + value;
    }
  }
  return line;
}

/** The pods of the workloads that a node, or one of its versions, stands for. */
function podsOf({ node, version }: NonNullable<ReturnType<typeof nodeOfLeaf>>, mesh: MeshView) {
  const { workloads } = mesh.derive(workloadIndex);
  const names = (version ? [version] : node.versions).flatMap((part) => part.workloads);
  return [...new Set(names)]
    .flatMap((name) => workloads.get(`${node.namespace ?? ""}/${name}`)?.pods ?? [])
    .map(({ namespace, name, revision, ready }): PodLine => ({
      namespace,
      name,
      version: revision,
      ready,
    }));
}
