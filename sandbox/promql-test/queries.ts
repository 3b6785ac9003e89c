import { graphQueries, latencyQuantile, requestRate, tcpRate } from "@/lib/graph/queries";
import { checkQueries, signalQueries } from "@/lib/rollout/metric-queries";

/** One query that both sides must answer alike. */
export interface ComparedQuery {
  readonly query: string;
  /** Its name in Prometheus 2, where that is another. */
  readonly older?: string;
  /** Whether the order of the answer is a part of it. */
  readonly ordered?: boolean;
}

const R = 'istio_requests_total{reporter="source"}';
const D = "istio_request_duration_milliseconds_bucket";
const HOSTS = ["reviews.bookinfo.svc.cluster.local"];

/** All that the product asks. */
function productQueries(): string[] {
  const selection = { reporter: ["source", "waypoint"], destination_service_name: "reviews" };
  const sent = 'reporter=~"source|waypoint"';
  return [
    ...Object.values<string>({ ...graphQueries(60) }),
    requestRate(selection, 60, ["response_code", "grpc_response_status"]),
    latencyQuantile(selection, 60, "p95"),
    tcpRate({ reporter: ["source"] }, 60),
    ...Object.values(checkQueries(HOSTS, { window: 60_000, reach: 0 })),
    ...Object.values(
      checkQueries([...HOSTS, "details.bookinfo.svc.cluster.local"], { window: 30_000, reach: 0 }),
    ),
    ...Object.values(signalQueries(HOSTS, 60)),
    `sum by (response_code, grpc_response_status) (rate(istio_requests_total{${sent}}[1m]))`,
    `histogram_quantile(0.95, sum by (le) (rate(${D}{${sent}}[1m])))`,
    'sum by (connection_security_policy) (rate(istio_requests_total{reporter="destination"}[1m]))',
    "histogram_quantile(0.99, sum by (le) (rate(pilot_proxy_convergence_time_bucket[1800s]))) * 1000",
    "sum by (pod, instance) (pilot_xds)",
    "sum by (pod, instance) (rate(pilot_xds_pushes[2m]))",
    "sum by (pod, instance) (increase(pilot_total_xds_rejects[30m]))",
  ];
}

const SELECTORS = [
  R,
  '{__name__=~"istio_tcp.*"}',
  'istio_requests_total{destination_app=~"re.*", response_code!~"5..", pod!=""}',
  'istio_requests_total{destination_app!="reviews", no_such_label=""}',
  'istio_requests_total{response_code="999"}',
  `${R} offset 30s`,
  `${R} offset -20s`,
  `${R} @ start()`,
  `${R} @ end() offset 10s`,
  "pilot_xds",
  "istio_build",
];

const RANGES = [
  ...["rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets"],
  ...["avg", "min", "max", "sum", "count", "last", "present", "stddev", "stdvar"].map(
    (name) => `${name}_over_time`,
  ),
].map((name) => `${name}(${R}[45s])`);

const OVER_RANGES = [
  `rate(${R}[45s] offset 15s)`,
  `rate(istio_request_bytes_sum[7s])`,
  `increase(${D}{destination_app="ratings"}[33s])`,
  `predict_linear(${R}[1m], 300)`,
  `quantile_over_time(0.3, ${R}[40s])`,
  "quantile_over_time(2, pilot_xds[40s])",
  'absent_over_time(nothing{app="a", code=~"x"}[1m])',
  "absent_over_time(pilot_xds[1m])",
];

const AGGREGATIONS = [
  ...["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"].flatMap((op) => [
    `${op}(${R})`,
    `${op} by (destination_app, nothing) (rate(${R}[1m]))`,
    `${op} without (pod, instance, response_code) (${R})`,
  ]),
  `quantile(0.25, ${R})`,
  `quantile by (source_app) (0.9, rate(${R}[1m]))`,
  `count_values("amount", ${R})`,
  `count_values by (destination_app) ("amount", floor(${R} / 100))`,
  `bottomk by (source_app) (1, ${R})`,
  `topk(0, ${R})`,
];

const BINARY = [
  ...["+", "-", "*", "/", "%", "^", "atan2"].map((op) => `rate(${R}[1m]) ${op} 2`),
  ...["==", "!=", ">", "<", ">=", "<="].map((op) => `rate(${R}[1m]) ${op} 1`),
  ...["==", "!=", ">", "<", ">=", "<="].map((op) => `5 ${op} bool rate(${R}[1m])`),
  "-2 ^ 2 * 3 + 10 % 4 - 2 ^ 3 ^ 0.5",
  "1 / 0",
  "-1 / 0",
  "0 / 0",
  "1 == bool 1",
  `-${R}`,
  `sum by (destination_app) (${R}) / on (destination_app) group_right () sum by (destination_app, source_app) (${R})`,
  `sum by (destination_app, response_code) (${R}) / ignoring (response_code) group_left () sum by (destination_app) (${R})`,
  `sum by (destination_app) (${R}) * on (destination_app) group_left (destination_version) count by (destination_app, destination_version) (${R}{destination_app="details"})`.replace(
    "}{",
    ",",
  ),
  `istio_request_bytes_sum / istio_request_bytes_count`,
  `sum by (source_app) (${R}) > on () group_left () avg(sum by (source_app) (${R}))`,
  `sum by (source_app) (${R}) > bool ignoring (source_app) group_left () avg(sum by (source_app) (${R}))`,
  `${R} and on (destination_app) istio_requests_total{response_code="200", reporter="destination"}`,
  `${R} unless on (destination_app) istio_requests_total{destination_app="reviews"}`,
  `sum(nothing) or vector(0)`,
  `sum by (source_app) (${R}) or sum by (destination_app) (${R})`,
];

const FUNCTIONS = [
  ...["abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt", "sgn", "deg", "rad"],
  ...["acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan"],
  "tanh",
].map((name) => `${name}(sum by (destination_app) (rate(${R}[1m])) - 3)`);

const OTHERS = [
  `clamp(rate(${R}[1m]), 1, 5)`,
  `clamp(rate(${R}[1m]), 5, 1)`,
  `clamp_min(rate(${R}[1m]), 3)`,
  `clamp_max(rate(${R}[1m]), 3)`,
  `round(rate(${R}[1m]), 0.1)`,
  `round(rate(${R}[1m]))`,
  `absent(nothing{app="a", app="b", code="1", x!="y"})`,
  `absent(pilot_xds)`,
  `absent(sum(nothing))`,
  `scalar(pilot_xds) + 1`,
  `scalar(${R})`,
  `vector(time())`,
  `time() - timestamp(pilot_xds)`,
  `timestamp(pilot_xds offset 10s)`,
  `pi() * 2`,
  `"text"`,
  ...["minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month"].flatMap(
    (name) => [`${name}()`, `${name}(vector(1709210096.7))`],
  ),
  `month() + year()`,
  `label_replace(${R}, "who", "$1-${"${2}"}", "destination_workload", "(.*)-(v.)")`,
  `label_replace(${R}, "who", "x$$", "nothing", "")`,
  `label_join(${R}, "way", " to ", "source_app", "destination_app")`,
  `histogram_quantile(0.5, ${D})`,
  `histogram_quantile(1.1, sum by (le) (${D}))`,
  `histogram_quantile(-1, sum by (le) (${D}))`,
  `histogram_quantile(scalar(vector(0.99)), sum by (le, destination_app) (rate(${D}[1m])))`,
  `max_over_time(sum(rate(${R}[10s]))[1m:5s])`,
  `avg_over_time(rate(${R}[20s])[40s:7s] offset 9s)`,
  `rate(sum(${R})[1m:10s])`,
  `sum_over_time(vector(1)[5m:])`,
  `min_over_time((sum by (destination_app) (${R}) > 10)[30s:3s] @ end())`,
  `deriv(sum(${R})[1m:10s])`,
  `stddev_over_time(rate(${R}[10s])[30s:5s])`,
];

const ORDERED = [
  `sort(sum by (destination_app, source_app) (rate(${R}[1m])))`,
  `sort_desc(sum by (destination_app, source_app) (rate(${R}[1m])))`,
  `topk(3, sum by (destination_app, source_app, reporter) (${R} * 1.5))`,
];

/** Every query of the comparison. */
export const COMPARED_QUERIES: readonly ComparedQuery[] = [
  ...[...productQueries(), ...SELECTORS, ...RANGES, ...OVER_RANGES].map((query) => ({ query })),
  ...[...AGGREGATIONS, ...BINARY, ...FUNCTIONS, ...OTHERS].map((query) => ({ query })),
  ...ORDERED.map((query) => ({ query, ordered: true })),
  {
    query: `double_exponential_smoothing(${R}[1m], 0.3, 0.6)`,
    older: `holt_winters(${R}[1m], 0.3, 0.6)`,
  },
];

/** Queries that both must refuse, with the same status and type of error. */
export const REFUSED_QUERIES: readonly string[] = [
  "",
  "rate(pilot_xds)",
  "rate(pilot_xds[5m]",
  "sum(pilot_xds[5m])",
  "no_such_function(pilot_xds)",
  "{}",
  'pilot_xds{a=~"("}',
  "1 > 2",
  "pilot_xds and 1",
  "pilot_xds + bool 1",
  "topk(pilot_xds)",
  "clamp(pilot_xds, 1)",
  "pilot_xds[0s]",
  "sum(pilot_xds) offset 5m",
  "time()[5m:1m]",
  `${R} / on (destination_app) ${R}`,
  `sum by (source_app, destination_app) (${R}) / on (source_app) sum by (source_app) (${R})`,
  `label_replace(${R}, "9bad", "x", "", ".*")`,
  `label_replace(istio_requests_total, "pod", "", "pod", ".*") or sum by (a) (label_replace(${R}, "response_code", "x", "response_code", "("))`,
  `count_values("9bad", ${R})`,
];
