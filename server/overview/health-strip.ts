import { type Instant, instant, type Millis, seconds } from "@/lib/base/units";
import { isFailure } from "@/lib/graph/traffic";
import type { Labels, Metrics, Series } from "../ports";

/** A figure of now and how it came there. */
export interface HealthFigure {
  /** The newest value; `null` when it was asked for and there is no data. */
  readonly value: number | null;
  /** From the start of the window to now, one for each step. */
  readonly points: readonly (number | null)[];
}

/** How the mesh does as a whole. */
export interface HealthStrip {
  readonly at: Instant;
  /** The length of time that the points span. */
  readonly span: Millis;
  /** Requests per second, each counted once, where it was sent. */
  readonly requests: HealthFigure;
  /** Failed requests over all, in [0, 1]. */
  readonly errorShare: HealthFigure;
  /** Milliseconds. */
  readonly p95: HealthFigure;
  /** Requests that arrived in mutual TLS over all that arrived, in [0, 1]. */
  readonly mutualTls: HealthFigure;
  /**
   * 99th percentile of the time in ms from a change to the proxies having it, over the half hour
   * before each point; `null` without pushes.
   */
  readonly pushTime: HealthFigure;
}

const SPAN = seconds(30 * 60);
const STEP = seconds(30);
const STEPS = SPAN / STEP + 1;
/** A rate needs some scrapes in its window, or it flickers. */
const SCRAPES_IN_WINDOW = 4;
const LEAST_WINDOW = seconds(30);

/**
 * Reads the figures of all namespaces, or of those given.
 *
 * @throws AppError of the metrics adapter: `unavailable`, `timeout`, `unsupported` (none is set)
 */
export async function readHealthStrip(
  metrics: Metrics,
  { at, namespaces, signal }: { at: Instant; namespaces: readonly string[]; signal?: AbortSignal },
): Promise<HealthStrip> {
  const options = signal ? { signal } : {};
  const scrape = await metrics.scrapeInterval(signal);
  // Prometheus takes whole numbers only, and a measured interval is none.
  const window = `${Math.ceil(Math.max(LEAST_WINDOW, SCRAPES_IN_WINDOW * (scrape ?? 0)) / 1000)}s`;
  const end = instant(at);
  const range = { start: instant(end - SPAN), end, step: STEP };
  const ask = (promql: string) => metrics.queryRange(promql, range, options);

  const where = scopeMatcher(namespaces);
  const sent = `reporter=~"source|waypoint"${where}`;
  const rate = (metric: string, matchers: string) => `rate(${metric}{${matchers}}[${window}])`;
  const [responses, p95, policies, pushTime] = await Promise.all([
    ask(`sum by (response_code, grpc_response_status) (${rate("istio_requests_total", sent)})`),
    ask(
      `histogram_quantile(0.95, sum by (le) (${rate("istio_request_duration_milliseconds_bucket", sent)}))`,
    ),
    ask(
      `sum by (connection_security_policy) (${rate("istio_requests_total", `reporter="destination"${where}`)})`,
    ),
    // The control plane serves all namespaces, so the scope does not narrow it. Pushes are rare, so
    // each point is of the half hour before it. Seconds.
    ask(
      `histogram_quantile(0.99, sum by (le) (rate(pilot_proxy_convergence_time_bucket[${SPAN / 1000}s]))) * 1000`,
    ),
  ]);

  const sum = (series: readonly Series[], keep: (labels: Labels) => boolean = () => true) =>
    total(
      series.filter(({ labels }) => keep(labels)),
      range.start,
    );
  const failed = ({ response_code: code = "", grpc_response_status: grpcStatus }: Labels) =>
    isFailure({ code, grpcStatus });
  const requests = sum(responses);
  return {
    at,
    span: SPAN,
    requests: figure(requests),
    errorShare: figure(ratio(sum(responses, failed), requests)),
    p95: figure(sum(p95)),
    mutualTls: figure(
      ratio(
        sum(policies, (labels) => labels.connection_security_policy === "mutual_tls"),
        sum(policies),
      ),
    ),
    pushTime: figure(sum(pushTime)),
  };
}

const figure = (points: readonly (number | null)[]): HealthFigure => ({
  value: points.at(-1) ?? null,
  points,
});

/** The part of a selector that narrows to what is called in some namespaces; names are labels, so quote-safe. */
function scopeMatcher(namespaces: readonly string[]): string {
  if (namespaces.length === 0) return "";
  return `,destination_service_namespace=~"${namespaces.join("|")}"`;
}

/** Adds up series step by step; a step at which none has a value has no data. */
function total(series: readonly Series[], start: Instant): (number | null)[] {
  const sums = Array.from({ length: STEPS }, (): number | null => null);
  for (const { points } of series) {
    for (const { at, value } of points) {
      const step = Math.round((at - start) / STEP);
      if (value !== null && step >= 0 && step < STEPS) sums[step] = (sums[step] ?? 0) + value;
    }
  }
  return sums;
}

/** `part / whole` step by step. Where there is a whole and no part, the part is zero. */
const ratio = (part: readonly (number | null)[], whole: readonly (number | null)[]) =>
  whole.map((all, step) => (all === null || all === 0 ? null : (part[step] ?? 0) / all));
