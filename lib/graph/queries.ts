import { ENDS_LABELS, ENDS_SEPARATOR } from "./ends";

/** The quantiles of latency that the graph shows. */
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

export type Quantile = keyof typeof QUANTILES;

/** The PromQL of one refresh: always these eight, whatever the size of the mesh. */
export interface GraphQueries {
  readonly requests: string;
  /** Bytes both ways, told apart by label `direction`: `sent` (to the client) and `received`. */
  readonly tcp: string;
  /** Milliseconds that requests took, per second: by the rate of requests, their mean. */
  readonly durations: string;
  /** Bytes of requests and responses per second. */
  readonly payload: string;
  readonly p50: string;
  readonly p95: string;
  readonly p99: string;
  /** Latency of a while ago, told apart by label `part`: `sum` of milliseconds and `count`. */
  readonly past: string;
}

const SOURCE = [
  "source_workload",
  "source_workload_namespace",
  "source_canonical_service",
  "source_canonical_revision",
  "source_cluster",
];
const TARGET = [
  "destination_workload",
  "destination_workload_namespace",
  "destination_canonical_service",
  "destination_canonical_revision",
  "destination_cluster",
  "destination_service",
  "destination_service_name",
  "destination_service_namespace",
];
const SOURCE_SERVICE = ["source_workload_namespace", "source_canonical_service"];
const TARGET_SERVICE = [
  "destination_workload_namespace",
  "destination_canonical_service",
  "destination_service",
  "destination_service_name",
  "destination_service_namespace",
];

/** What besides the ends tells series apart. */
const REQUEST_LABELS = [
  "reporter",
  "request_protocol",
  "response_code",
  "grpc_response_status",
  "response_flags",
  "connection_security_policy",
];
/** `app` is that of the scraped pod where the scrape adds it, and tells ztunnel from sidecars. */
const TCP_LABELS = ["reporter", "app", "connection_security_policy"];
/**
 * What latency is compared with: the same service an hour before, or where that was not measured,
 * ten minutes before. Both windows are short, so that Prometheus reads few samples.
 */
export const PAST = { windowSeconds: 300, agoSeconds: [3600, 600] } as const;

const SUM_LABELS = ["reporter", "request_protocol"];

/**
 * Labels that latency is summed by, one list for each thing that shows it: an edge between
 * versions, an edge between services, a version, a service. Quantiles cannot be added up later,
 * so Prometheus works each out; the lists differ, so `or` keeps them apart in one answer.
 *
 * The client's measure is preferred, and the server's of the same thing not even sent: an answer of a
 * large mesh is megabytes. Nor is what had no requests.
 */
const LATENCY_LEVELS = [
  [...SOURCE, ...TARGET],
  [...SOURCE_SERVICE, ...TARGET_SERVICE],
  TARGET,
  TARGET_SERVICE,
] as const;

/**
 * All queries of one refresh. Both reporters are asked for together: which of them counts is
 * decided for each pair by `mergeFlows`; only for quantiles Prometheus chooses.
 *
 * The labels that say who talks to whom come joined into one, `ends` (see `endsOf`): their names take
 * more than half of an answer, which of a large mesh is megabytes, and most of the time to read it.
 */
export function graphQueries(windowSeconds: number): GraphQueries {
  const range = `[${seconds(windowSeconds)}]`;
  const rate = (metric: string, labels: readonly string[]) =>
    `sum by (${labels.join(", ")}) (rate(${metric}${range}))`;
  const rateOf = (metric: string, others: readonly string[]) =>
    rate(metric, [...ENDS_LABELS, ...others]);
  const quantile = (q: number) => {
    const side = (matcher: string) => {
      const bucket = `istio_request_duration_milliseconds_bucket{${matcher}}`;
      const levels = LATENCY_LEVELS.map((labels) => rate(bucket, ["le", ...labels]));
      // NaN, which is no requests, is not at least 0.
      return joined("max", [], `histogram_quantile(${q}, ${levels.join(" or ")}) >= 0`);
    };
    const server = labelled("reporter", "destination", side('reporter="destination"'));
    return `${side('reporter!="destination"')} or on (ends) ${server}`;
  };
  const bytes = (direction: string) =>
    labelled(
      "direction",
      direction,
      joined("sum", TCP_LABELS, rateOf(`istio_tcp_${direction}_bytes_total`, TCP_LABELS)),
    );
  const sums = (metrics: readonly string[]) =>
    joined("sum", SUM_LABELS, metrics.map((metric) => rateOf(metric, SUM_LABELS)).join(" + "));
  return {
    requests: joined("sum", REQUEST_LABELS, rateOf("istio_requests_total", REQUEST_LABELS)),
    tcp: `${bytes("sent")} or ${bytes("received")}`,
    durations: sums(["istio_request_duration_milliseconds_sum"]),
    payload: sums(["istio_request_bytes_sum", "istio_response_bytes_sum"]),
    p50: quantile(QUANTILES.p50),
    p95: quantile(QUANTILES.p95),
    p99: quantile(QUANTILES.p99),
    past: `${past("sum")} or ${past("count")}`,
  };
}

const labelled = (label: string, value: string, vector: string) =>
  `label_replace(${vector}, "${label}", "${value}", "", "")`;

/** A vector by its ends and `others`; no two elements of it come together by that. */
function joined(how: "sum" | "max", others: readonly string[], vector: string): string {
  const names = ENDS_LABELS.map((label) => `"${label}"`).join(", ");
  const separator = `\\x${ENDS_SEPARATOR.charCodeAt(0).toString(16)}`;
  return `${how} by (${["ends", ...others].join(", ")}) (label_join(${vector}, "ends", "${separator}", ${names}))`;
}

function past(part: "sum" | "count"): string {
  const metric = `istio_request_duration_milliseconds_${part}`;
  const by = `sum by (${["reporter", ...TARGET].join(", ")})`;
  const rates = PAST.agoSeconds
    .map((ago) => `${by} (rate(${metric}[${PAST.windowSeconds}s] offset ${ago}s))`)
    .join(" or ");
  return labelled("part", part, joined("sum", ["reporter"], rates));
}

/** Whose traffic a query is about: for each label its value, or a list of which it is one. */
export type Selection = Readonly<Record<string, string | readonly string[]>>;

/** The reporters that count traffic from the client's side. */
export const CLIENT_REPORTERS: readonly string[] = ["source", "waypoint"];

/** Requests per second of `selection`, split by `by`. */
export const requestRate = (selection: Selection, windowSeconds: number, by: string[] = []) =>
  `${sumBy(by)}(rate(istio_requests_total${matchers(selection)}[${seconds(windowSeconds)}]))`;

/** A latency quantile of `selection` in milliseconds. */
export const latencyQuantile = (selection: Selection, windowSeconds: number, quantile: Quantile) =>
  `histogram_quantile(${QUANTILES[quantile]}, ${sumBy(["le"])}(rate(` +
  `istio_request_duration_milliseconds_bucket${matchers(selection)}[${seconds(windowSeconds)}])))`;

/** The mean latency of `selection` in milliseconds; `agoSeconds` asks for how it was then. */
export function meanLatency(selection: Selection, windowSeconds: number, agoSeconds = 0): string {
  const offset = agoSeconds === 0 ? "" : ` offset ${seconds(agoSeconds)}`;
  const rate = (part: "sum" | "count") =>
    `sum(rate(istio_request_duration_milliseconds_${part}${matchers(selection)}` +
    `[${seconds(windowSeconds)}]${offset}))`;
  return `${rate("sum")} / ${rate("count")}`;
}

/** TCP bytes per second of `selection`, both ways. */
export const tcpRate = (selection: Selection, windowSeconds: number) => {
  const rate = (metric: string) =>
    `sum(rate(${metric}${matchers(selection)}[${seconds(windowSeconds)}]))`;
  return `${rate("istio_tcp_sent_bytes_total")} + ${rate("istio_tcp_received_bytes_total")}`;
};

function matchers(selection: Selection): string {
  const list = Object.entries(selection).map(([label, value]) =>
    typeof value === "string"
      ? `${label}=${quoted(value)}`
      : `${label}=~${quoted(value.map(literally).join("|"))}`,
  );
  return `{${list.join(", ")}}`;
}

/** `text` as a regular expression that matches nothing else. */
const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const sumBy = (by: readonly string[]) => (by.length > 0 ? `sum by (${by.join(", ")}) ` : "sum");

/** PromQL strings escape as Go's do; JSON's escapes are a part of those. */
const quoted = (value: string) => JSON.stringify(value);

function seconds(value: number): string {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`a window is a whole number of seconds, not ${value}`);
  }
  return `${value}s`;
}
