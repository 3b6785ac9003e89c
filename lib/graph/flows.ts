import { compare } from "./collect";
import { type Ends, endsOf } from "./ends";
import type { Protocol, Reporter } from "./mesh-graph";
import { type Callee, type LabelledValue, type Party, reporterOf } from "./parties";
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

/** What counts for one flow. */
interface Draft {
  readonly ends: Ends;
  readonly protocol: Protocol;
  readonly reporter: Reporter;
  readonly samples: Sample[];
}

const METRICS = ["requests", "tcpSent", "tcpReceived", "durations", "payload"] as const;

const NO_FACTS: PathFacts = { isWaypoint: () => false, isAmbient: () => false };

/**
 * Merges what proxies report into flows that count each request once; `reportedOnce` says which
 * reports count. mTLS is read from the server's side, which alone knows it. The order of samples
 * has no influence on the result.
 */
export function mergeFlows(telemetry: Telemetry, facts: PathFacts = NO_FACTS): readonly Flow[] {
  const samples = samplesOf(telemetry);
  const securedOf = securedPairs(samples);
  const drafts = new Map<string, Draft[]>();
  for (const sample of reportedOnce(samples, facts)) {
    const { ends, reporter } = sample;
    const protocol = protocolOf(sample);
    const known = drafts.get(ends.key) ?? [];
    if (known.length === 0) drafts.set(ends.key, known);
    const draft = known.find((one) => one.protocol === protocol && one.reporter === reporter);
    if (draft) draft.samples.push(sample);
    else known.push({ ends, protocol, reporter, samples: [sample] });
  }
  return [...drafts.values()]
    .flat()
    .sort(
      (a, b) =>
        compare(a.ends.key, b.ends.key) ||
        compare(a.protocol, b.protocol) ||
        compare(a.reporter, b.reporter),
    )
    .map((draft) => flowOf(draft, securedOf(draft)));
}

function samplesOf(telemetry: Telemetry): readonly Sample[] {
  const samples: Sample[] = [];
  for (const metric of METRICS) {
    for (const { labels, value } of telemetry[metric]) {
      if (value === null || !Number.isFinite(value)) continue;
      samples.push({ metric, labels, value, reporter: reporterOf(labels), ends: endsOf(labels) });
    }
  }
  return samples;
}

/** Floating point sums depend on their order, so the order is always the same one. */
const smallestFirst = (samples: readonly Sample[]): readonly Sample[] =>
  samples.length > 2 ? [...samples].sort((a, b) => a.value - b.value) : samples;

function flowOf({ ends, protocol, reporter, samples }: Draft, secured: Secured): Flow {
  const responses = new Map<string, FlowResponse>();
  const sums = { tcpSent: 0, tcpReceived: 0 };
  const measured: Record<"durations" | "payload", number | null> = {
    durations: null,
    payload: null,
  };
  for (const { metric, labels, value } of smallestFirst(samples)) {
    if (metric === "requests") addResponse(responses, { protocol, labels, value });
    else if (metric === "durations" || metric === "payload") {
      measured[metric] = (measured[metric] ?? 0) + value;
    } else sums[metric] += value;
  }
  return {
    source: ends.source,
    target: ends.target,
    protocol,
    reporter,
    responses: [...responses.values()],
    durationPerSecond: measured.durations,
    payloadPerSecond: measured.payload,
    tcpSentPerSecond: sums.tcpSent,
    tcpReceivedPerSecond: sums.tcpReceived,
    secured,
  };
}

function addResponse(
  responses: Map<string, FlowResponse>,
  { protocol, labels, value }: Pick<Sample, "labels" | "value"> & { readonly protocol: Protocol },
) {
  const code = labels.response_code ?? "";
  const grpcStatus = protocol === "grpc" ? (labels.grpc_response_status ?? "") : "";
  const flags = labels.response_flags || "-";
  const key = code + SEPARATOR + grpcStatus + SEPARATOR + flags;
  const before = responses.get(key)?.requestsPerSecond ?? 0;
  responses.set(key, { code, grpcStatus, flags, requestsPerSecond: before + value });
}

/**
 * How much of the traffic of a pair came in mutual TLS. The server's side says it of its own
 * protocol; where a waypoint counts the requests, ztunnel says it of the connections they came in.
 */
function securedPairs(samples: readonly Sample[]): (draft: Draft) => Secured {
  const seen = new Map<string, Map<string, Secured>>();
  const telling = samples.filter(({ metric, labels }) => {
    const policy = labels.connection_security_policy;
    return policy && policy !== "unknown" && (metric === "requests" || metric === "tcpSent");
  });
  for (const sample of smallestFirst(telling)) {
    const { labels, ends, reporter, value } = sample;
    const mutualTls = labels.connection_security_policy === "mutual_tls" ? value : 0;
    const side = reporter === "destination" ? "server" : "client";
    const sums = seen.get(ends.workloads) ?? new Map<string, Secured>();
    seen.set(ends.workloads, sums);
    for (const key of [`${side} ${protocolOf(sample)}`, `${side} any`]) {
      const sum = sums.get(key) ?? { mutualTls: 0, all: 0 };
      sums.set(key, { mutualTls: sum.mutualTls + mutualTls, all: sum.all + value });
    }
  }
  return ({ ends, protocol }) => {
    const sums = seen.get(ends.workloads);
    const found = (
      [`server ${protocol}`, `client ${protocol}`, "server any", "client any"] as const
    )
      .map((key) => sums?.get(key))
      .find((sum) => sum !== undefined && sum.all > 0);
    return found ?? { mutualTls: 0, all: 0 };
  };
}

function protocolOf({ labels, metric }: Sample): Protocol {
  if (metric === "tcpSent" || metric === "tcpReceived") return "tcp";
  return labels.request_protocol === "grpc" ? "grpc" : "http";
}

/** Stands in no label. */
const SEPARATOR = "\u0000";
