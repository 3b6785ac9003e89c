import { compare } from "./collect";
import type { Protocol } from "./mesh-graph";

/** One labelled number, as Prometheus answers; `null` is NaN: no data. */
export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

/** The answers to the queries of one refresh. */
export interface Telemetry {
  readonly requests: readonly LabelledValue[];
  readonly tcpSent: readonly LabelledValue[];
  readonly tcpReceived: readonly LabelledValue[];
  readonly p50: readonly LabelledValue[];
  readonly p95: readonly LabelledValue[];
  readonly p99: readonly LabelledValue[];
}

/** A workload as the labels of telemetry name it. Empty strings are what Istio calls `unknown`. */
export interface Party {
  readonly workload: string;
  readonly namespace: string;
  /** The canonical service. */
  readonly app: string;
  /** The canonical revision. */
  readonly revision: string;
}

/** A party that was called, and the name it was called by. */
export interface Callee extends Party {
  /** The host of the service, fully qualified; empty where unknown. */
  readonly host: string;
  readonly service: string;
  readonly serviceNamespace: string;
}

/** Requests of one flow that ended alike. */
interface FlowResponse {
  readonly code: string;
  readonly grpcStatus: string;
  readonly flags: string;
  readonly requestsPerSecond: number;
}

/** Traffic from one workload to another by one service and protocol, each request counted once. */
export interface Flow {
  readonly source: Party;
  readonly target: Callee;
  readonly protocol: Protocol;
  /** Whose report was taken. */
  readonly side: "client" | "server";
  readonly responses: readonly FlowResponse[];
  readonly tcpSentPerSecond: number;
  readonly tcpReceivedPerSecond: number;
  /** What the destination saw of it, in requests (or bytes) per second. */
  readonly secured: { readonly mutualTls: number; readonly all: number };
}

const known = (value: string | undefined) =>
  value === undefined || value === "unknown" ? "" : value;

/** The client in the labels of a series. */
export function sourceOf(labels: LabelledValue["labels"]): Party {
  return {
    workload: known(labels.source_workload),
    namespace: known(labels.source_workload_namespace),
    app: known(labels.source_canonical_service),
    revision: known(labels.source_canonical_revision),
  };
}

/** The server in the labels of a series. */
export function targetOf(labels: LabelledValue["labels"]): Callee {
  return {
    workload: known(labels.destination_workload),
    namespace: known(labels.destination_workload_namespace),
    app: known(labels.destination_canonical_service),
    revision: known(labels.destination_canonical_revision),
    host: known(labels.destination_service),
    service: known(labels.destination_service_name),
    serviceNamespace: known(labels.destination_service_namespace),
  };
}

/** `source` and `waypoint` stand where the client is; `destination` where the server is. */
export const isClientSide = (labels: LabelledValue["labels"]): boolean =>
  labels.reporter !== "destination";

const workloadKey = ({ namespace, workload }: Party) => `${namespace}/${workload}`;
const pairKey = (source: Party, target: Party) => `${workloadKey(source)}>${workloadKey(target)}`;

interface Draft {
  readonly source: Party;
  readonly target: Callee;
  readonly protocol: Protocol;
  readonly side: "client" | "server";
  readonly responses: Map<string, FlowResponse>;
  tcpSentPerSecond: number;
  tcpReceivedPerSecond: number;
}

/**
 * Merges what both ends report into flows that count each request once.
 *
 * The client's side counts, since it alone sees requests that reached nobody. The server's side
 * counts only for clients that report nothing themselves: those outside the mesh, and those whose
 * proxy keeps no metrics. mTLS is read from the server's side, which alone knows it. Where a
 * waypoint reports requests of a pair, the TCP bytes that ztunnel reports of it are the same
 * traffic, and left out. The order of samples has no influence on the result.
 *
 * Source: istio.io/latest/docs/reference/config/metrics, labels `reporter` and
 * `connection_security_policy`.
 */
export function mergeFlows(telemetry: Telemetry): readonly Flow[] {
  const series = [
    ...telemetry.requests.map((sample) => ({ sample, metric: "requests" as const })),
    ...telemetry.tcpSent.map((sample) => ({ sample, metric: "tcpSent" as const })),
    ...telemetry.tcpReceived.map((sample) => ({ sample, metric: "tcpReceived" as const })),
  ]
    .filter(({ sample }) => sample.value !== null && Number.isFinite(sample.value))
    .map(({ sample, metric }) => ({
      metric,
      value: sample.value ?? 0,
      labels: sample.labels,
      source: sourceOf(sample.labels),
      target: targetOf(sample.labels),
      order: `${metric} ${seriesKey(sample.labels)}`,
    }))
    // Floating point sums depend on their order, so the order is always the same one.
    .sort((a, b) => compare(a.order, b.order) || a.value - b.value);

  const reporting = new Set<string>();
  const throughWaypoint = new Set<string>();
  for (const { labels, source, target, metric } of series) {
    if (isClientSide(labels)) reporting.add(workloadKey(source));
    if (labels.reporter === "waypoint" && metric === "requests") {
      throughWaypoint.add(pairKey(source, target));
    }
  }

  const drafts = new Map<string, Draft>();
  const secured = new Map<string, { mutualTls: number; all: number }>();
  for (const { labels, source, target, metric, value } of series) {
    const policy = known(labels.connection_security_policy);
    if (policy && metric !== "tcpReceived" && !isClientSide(labels)) {
      const key = `${pairKey(source, target)} ${protocolOf(labels, metric)}`;
      const seen = secured.get(key) ?? { mutualTls: 0, all: 0 };
      seen.all += value;
      if (policy === "mutual_tls") seen.mutualTls += value;
      secured.set(key, seen);
    }
    if (!isClientSide(labels) && source.workload && reporting.has(workloadKey(source))) continue;
    if (metric !== "requests" && throughWaypoint.has(pairKey(source, target))) continue;
    const draft = draftOf(drafts, {
      source,
      target,
      protocol: protocolOf(labels, metric),
      side: isClientSide(labels) ? "client" : "server",
    });
    if (metric === "tcpSent") draft.tcpSentPerSecond += value;
    else if (metric === "tcpReceived") draft.tcpReceivedPerSecond += value;
    else addResponse(draft, labels, value);
  }

  return [...drafts.values()].map((draft) => ({
    ...draft,
    responses: [...draft.responses.values()],
    secured: secured.get(`${pairKey(draft.source, draft.target)} ${draft.protocol}`) ?? {
      mutualTls: 0,
      all: 0,
    },
  }));
}

function draftOf(
  drafts: Map<string, Draft>,
  ends: Pick<Draft, "source" | "target" | "protocol" | "side">,
): Draft {
  const key = JSON.stringify(ends);
  const draft = drafts.get(key) ?? {
    ...ends,
    responses: new Map<string, FlowResponse>(),
    tcpSentPerSecond: 0,
    tcpReceivedPerSecond: 0,
  };
  drafts.set(key, draft);
  return draft;
}

function addResponse(draft: Draft, labels: LabelledValue["labels"], value: number) {
  const response = {
    code: labels.response_code ?? "0",
    grpcStatus: draft.protocol === "grpc" ? (labels.grpc_response_status ?? "") : "",
    flags: labels.response_flags || "-",
  };
  const key = JSON.stringify(response);
  const before = draft.responses.get(key)?.requestsPerSecond ?? 0;
  draft.responses.set(key, { ...response, requestsPerSecond: before + value });
}

function protocolOf(labels: LabelledValue["labels"], metric: string): Protocol {
  if (metric !== "requests") return "tcp";
  return labels.request_protocol === "grpc" ? "grpc" : "http";
}

const seriesKey = (labels: LabelledValue["labels"]) =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => compare(a, b)));
