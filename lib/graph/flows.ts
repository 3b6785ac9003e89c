import { compare } from "./collect";
import type { Protocol, Reporter } from "./mesh-graph";
import {
  type Callee,
  type LabelledValue,
  type Party,
  reporterOf,
  sourceOf,
  targetOf,
} from "./parties";
import { type PathFacts, reportedOnce, type Sample } from "./reported-once";

/** The answers to the queries of one refresh. */
export interface Telemetry {
  readonly requests: readonly LabelledValue[];
  readonly tcpSent: readonly LabelledValue[];
  readonly tcpReceived: readonly LabelledValue[];
  /** Milliseconds that requests took, per second. */
  readonly durations: readonly LabelledValue[];
  /** Bytes of requests and responses, per second. */
  readonly payload: readonly LabelledValue[];
  readonly p50: readonly LabelledValue[];
  readonly p95: readonly LabelledValue[];
  readonly p99: readonly LabelledValue[];
  /**
   * Of a while ago: milliseconds that requests took per second (label `part` = `sum`), and requests
   * per second (`count`), by what was called.
   */
  readonly past: readonly LabelledValue[];
}

/** Nothing was measured. */
export const NO_TELEMETRY: Telemetry = {
  requests: [],
  tcpSent: [],
  tcpReceived: [],
  durations: [],
  payload: [],
  p50: [],
  p95: [],
  p99: [],
  past: [],
};

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
  readonly reporter: Reporter;
  readonly responses: readonly FlowResponse[];
  /** Milliseconds of all requests per second; `null` where they are not measured. */
  readonly durationPerSecond: number | null;
  /** Bytes of requests and responses per second; `null` where they are not measured. */
  readonly payloadPerSecond: number | null;
  readonly tcpSentPerSecond: number;
  readonly tcpReceivedPerSecond: number;
  /** What the destination saw of it, in requests (or bytes) per second. */
  readonly secured: Secured;
}

interface Secured {
  readonly mutualTls: number;
  readonly all: number;
}

interface Draft {
  readonly source: Party;
  readonly target: Callee;
  readonly protocol: Protocol;
  readonly reporter: Reporter;
  readonly responses: Map<string, FlowResponse>;
  durationPerSecond: number | null;
  payloadPerSecond: number | null;
  tcpSentPerSecond: number;
  tcpReceivedPerSecond: number;
}

const METRICS = ["requests", "tcpSent", "tcpReceived", "durations", "payload"] as const;

const NO_FACTS: PathFacts = { isWaypoint: () => false, isAmbient: () => false };

/**
 * Merges what proxies report into flows that count each request once; `reportedOnce` says which
 * reports count. mTLS is read from the server's side, which alone knows it. The order of samples
 * has no influence on the result.
 */
export function mergeFlows(telemetry: Telemetry, facts: PathFacts = NO_FACTS): readonly Flow[] {
  const samples = METRICS.flatMap((metric) =>
    telemetry[metric].map((sample) => ({ sample, metric })),
  )
    .filter(({ sample }) => sample.value !== null && Number.isFinite(sample.value))
    .map(({ sample: { labels, value }, metric }) => ({
      metric,
      value: value ?? 0,
      labels,
      reporter: reporterOf(labels),
      source: sourceOf(labels),
      target: targetOf(labels),
      order: seriesKey(metric, labels),
    }))
    // Floating point sums depend on their order, so the order is always the same one.
    .sort((a, b) => compare(a.order, b.order) || a.value - b.value);

  const mutualTls = securedPairs(samples);
  const drafts = new Map<string, Draft>();
  for (const sample of reportedOnce(samples, facts)) addSample(drafts, sample);
  return [...drafts.values()].map((draft) => ({
    ...draft,
    responses: [...draft.responses.values()],
    secured: mutualTls(draft),
  }));
}

function addSample(drafts: Map<string, Draft>, sample: Sample): void {
  const { source, target, reporter, metric, labels, value } = sample;
  const ends = { source, target, protocol: protocolOf(sample), reporter };
  const key = [...namesOf(source), ...calleeNames(target), ends.protocol, reporter].join(SEPARATOR);
  const draft = drafts.get(key) ?? {
    ...ends,
    responses: new Map<string, FlowResponse>(),
    durationPerSecond: null,
    payloadPerSecond: null,
    tcpSentPerSecond: 0,
    tcpReceivedPerSecond: 0,
  };
  drafts.set(key, draft);
  if (metric === "tcpSent") draft.tcpSentPerSecond += value;
  else if (metric === "tcpReceived") draft.tcpReceivedPerSecond += value;
  else if (metric === "durations") draft.durationPerSecond = (draft.durationPerSecond ?? 0) + value;
  else if (metric === "payload") draft.payloadPerSecond = (draft.payloadPerSecond ?? 0) + value;
  else addResponse(draft, labels, value);
}

function addResponse(draft: Draft, labels: LabelledValue["labels"], value: number) {
  const response = {
    code: labels.response_code ?? "",
    grpcStatus: draft.protocol === "grpc" ? (labels.grpc_response_status ?? "") : "",
    flags: labels.response_flags || "-",
  };
  const key = [response.code, response.grpcStatus, response.flags].join(SEPARATOR);
  const before = draft.responses.get(key)?.requestsPerSecond ?? 0;
  draft.responses.set(key, { ...response, requestsPerSecond: before + value });
}

/**
 * How much of the traffic of a pair came in mutual TLS. The server's side says it of its own
 * protocol; where a waypoint counts the requests, ztunnel says it of the connections they came in.
 */
function securedPairs(samples: readonly Sample[]): (flow: Draft) => Secured {
  const seen = new Map<string, { mutualTls: number; all: number }>();
  for (const sample of samples) {
    const { labels, source, target, metric, reporter, value } = sample;
    const policy = labels.connection_security_policy;
    if (!policy || policy === "unknown" || (metric !== "requests" && metric !== "tcpSent"))
      continue;
    const side = reporter === "destination" ? "server" : "client";
    for (const key of [protocolOf(sample), "any"]) {
      const entry = `${side} ${pairKey(source, target)} ${key}`;
      const sum = seen.get(entry) ?? { mutualTls: 0, all: 0 };
      sum.all += value;
      if (policy === "mutual_tls") sum.mutualTls += value;
      seen.set(entry, sum);
    }
  }
  return ({ source, target, protocol }) => {
    const look = (side: string, key: string) => {
      const found = seen.get(`${side} ${pairKey(source, target)} ${key}`);
      return found && found.all > 0 ? found : undefined;
    };
    return (
      look("server", protocol) ??
      look("client", protocol) ??
      look("server", "any") ??
      look("client", "any") ?? { mutualTls: 0, all: 0 }
    );
  };
}

const pairKey = (source: Party, target: Party) =>
  `${source.namespace}/${source.workload}>${target.namespace}/${target.workload}`;

function protocolOf({ labels, metric }: Sample): Protocol {
  if (metric === "tcpSent" || metric === "tcpReceived") return "tcp";
  return labels.request_protocol === "grpc" ? "grpc" : "http";
}

/** Stands in no label. */
const SEPARATOR = "\u0000";

const namesOf = ({ namespace, workload, app, revision }: Party) => [
  namespace,
  workload,
  app,
  revision,
];
const calleeNames = (target: Callee) => [
  ...namesOf(target),
  target.host,
  target.service,
  target.serviceNamespace,
];

/** Every label that a flow is made from, in an order of their own: series may have theirs. */
const ORDERED_LABELS = [
  ...["reporter", "app", "request_protocol", "response_code", "grpc_response_status"],
  ...["response_flags", "connection_security_policy"],
  ...["source_workload", "source_workload_namespace", "source_canonical_service"],
  ...["source_canonical_revision", "destination_workload", "destination_workload_namespace"],
  ...["destination_canonical_service", "destination_canonical_revision", "destination_service"],
  ...["destination_service_name", "destination_service_namespace"],
];

function seriesKey(metric: string, labels: LabelledValue["labels"]): string {
  let key = metric;
  for (const name of ORDERED_LABELS) key += SEPARATOR + (labels[name] ?? "");
  return key;
}
