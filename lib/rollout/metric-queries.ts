import type { VersionFacts } from "./version-facts";

/** The version of the target that requests went to, and the host under which they were counted. */
export const REVISION_LABEL = "destination_canonical_revision";
const BY_VERSION = ["destination_service", REVISION_LABEL];
const REQUEST_LABELS = [
  ...BY_VERSION,
  "destination_workload",
  "response_code",
  "response_flags",
  "grpc_response_status",
];

/** Series of the target's hosts as its callers count them: they see what never arrived as well. */
function selector(hosts: readonly string[], more = ""): string {
  const known = [...new Set(hosts)].sort();
  const [only] = known;
  const service =
    known.length === 1 && only !== undefined
      ? `destination_service=${JSON.stringify(only)}`
      : `destination_service=~${JSON.stringify(known.map(quoted).join("|"))}`;
  return `{reporter="source",${service}${more}}`;
}

const quoted = (host: string): string => host.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The hosts whose requests a rollout looks at. */
export const hostsOf = (stable: VersionFacts, canary: VersionFacts): string[] => [
  ...new Set([stable.host, canary.host]),
];

/** The two queries of one check: raw counts of the last `windowSeconds`, never ready ratios. */
export function checkQueries(
  hosts: readonly string[],
  windowSeconds: number,
): { readonly requests: string; readonly durations: string } {
  const increase = (metric: string, labels: readonly string[]) =>
    `sum by (${labels.join(", ")}) (increase(${metric}${selector(hosts)}[${windowSeconds}s]))`;
  return {
    requests: increase("istio_requests_total", REQUEST_LABELS),
    durations: increase("istio_request_duration_milliseconds_bucket", [...BY_VERSION, "le"]),
  };
}

/** The queries of the charts: rates in requests/s, durations in ms. */
export function signalQueries(hosts: readonly string[], windowSeconds: number) {
  const rate = (metric: string, labels: readonly string[], more?: string) =>
    `sum by (${labels.join(", ")}) (rate(${metric}${selector(hosts, more)}[${windowSeconds}s]))`;
  const quantile = (q: number) =>
    `histogram_quantile(${q}, ${rate("istio_request_duration_milliseconds_bucket", [...BY_VERSION, "le"])})`;
  return {
    requests: rate("istio_requests_total", BY_VERSION),
    failures: rate("istio_requests_total", BY_VERSION, ',response_code=~"5.."'),
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
  } as const;
}
