import type { CanaryRollout } from "./plan";
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

/** Who counts: callers see what never arrived as well, but copies only whom they are sent to. */
export type Reporter = "source" | "destination";

/** Series of the target's hosts. */
function selector(hosts: readonly string[], more = "", reporter: Reporter = "source"): string {
  const known = [...new Set(hosts)].sort();
  const [only] = known;
  const service =
    known.length === 1 && only !== undefined
      ? `destination_service=${JSON.stringify(only)}`
      : `destination_service=~${JSON.stringify(known.map(quoted).join("|"))}`;
  return `{reporter="${reporter}",${service}${more}}`;
}

const quoted = (host: string): string => host.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The hosts whose requests a rollout looks at. */
export const hostsOf = (stable: VersionFacts, canary: VersionFacts): string[] => [
  ...new Set([stable.host, canary.host]),
];

/**
 * The queries of one check: raw counts of the last `window` ms, never ready ratios, and the time (s)
 * of the newest count. They look `reach` ms further back, and count the part of the window.
 */
export function checkQueries(
  hosts: readonly string[],
  {
    window,
    reach,
    reporter = "source",
  }: { readonly window: number; readonly reach: number; readonly reporter?: Reporter },
): { readonly requests: string; readonly durations: string; readonly newest: string } {
  const part = reach > 0 ? ` * ${window} / ${window + reach}` : "";
  const range = `[${window + reach}ms]`;
  const increase = (metric: string, labels: readonly string[]) =>
    `sum by (${labels.join(", ")}) (increase(${metric}${selector(hosts, "", reporter)}${range}))${part}`;
  return {
    requests: increase("istio_requests_total", REQUEST_LABELS),
    durations: increase("istio_request_duration_milliseconds_bucket", [...BY_VERSION, "le"]),
    newest: `max(timestamp(istio_requests_total${selector(hosts)}))`,
  };
}

/** Requests of the last `window` ms by who asked. */
export const callersQuery = (hosts: readonly string[], window: number): string =>
  `sum by (source_workload, source_workload_namespace) (increase(istio_requests_total${selector(hosts)}[${window}ms]))`;

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

/** A query of the plan with its placeholders filled in; `window` in ms. */
export function renderedQuery(
  template: string,
  { metadata, spec }: CanaryRollout,
  {
    stable,
    canary,
    window,
  }: { readonly stable: VersionFacts; readonly canary: VersionFacts; readonly window: number },
): string {
  const values: Readonly<Record<string, string>> = {
    namespace: metadata.namespace,
    host: spec.target.host,
    stable: stable.revisions.join("|"),
    canary: canary.revisions.join("|"),
    stableHost: stable.host,
    canaryHost: canary.host,
    window: `${Math.max(1, Math.round(window / 1000))}s`,
  };
  return template.replaceAll(
    /\{\{\s*([^}]*?)\s*\}\}/g,
    (whole, name: string) => values[name] ?? whole,
  );
}
