import { AppError } from "@/lib/base/errors";
import { type Instant, type Millis, millis } from "@/lib/base/units";
import { NO_TELEMETRY, type Telemetry } from "@/lib/graph/flows";
import { type GraphQueries, graphQueries } from "@/lib/graph/queries";
import type { Clock, Metrics, Sample } from "../ports";

/** What Prometheus told of one window, all at one instant. */
export interface TelemetryReading {
  readonly at: Instant;
  readonly telemetry: Telemetry;
  /** What is missing in it, in sentences; empty when all queries were answered. */
  readonly missing: readonly string[];
}

const MISSING: Readonly<Record<Exclude<keyof GraphQueries, "requests">, string>> = {
  tcp: "TCP bytes are missing",
  durations: "The mean of latency is missing",
  payload: "Bytes of requests and responses are missing",
  p50: "The median of latency is missing",
  p95: "The 95th percentile of latency is missing",
  p99: "The 99th percentile of latency is missing",
  past: "The latency of a while ago, which health is judged by, is missing",
};

/** Latency may take this much longer than traffic. */
const PATIENCE = 2.5;

type Part = keyof typeof MISSING;

interface Limits {
  readonly signal: AbortSignal;
  readonly deadline: Millis;
}

/** How the queries of one refresh are asked. */
interface Asking {
  /** For traffic; what comes after it has longer. */
  readonly deadline: Millis;
  readonly signal: AbortSignal;
  /** The instant of all queries; now if undefined. */
  readonly at?: Instant;
  /**
   * Told of the traffic before latency is asked for, which takes Prometheus much longer. Without it
   * all is asked for at once: it is sooner there, and traffic later.
   */
  readonly onTraffic?: (reading: TelemetryReading) => void;
}

/**
 * Asks the eight queries of the graph: those of traffic in parallel, and with or after them those of
 * latency.
 *
 * Without the request rates there is no graph, so their error is thrown; any other query may fail
 * and is then named in `missing`.
 *
 * @throws AppError as `Metrics.query` does, `timeout` after the deadline.
 */
export async function readTelemetry(
  { metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock },
  windowSeconds: number,
  { deadline, signal, at = clock.now(), onTraffic }: Asking,
): Promise<TelemetryReading> {
  const queries = graphQueries(windowSeconds);
  const missing: string[] = [];
  const ask = (query: string, { deadline: within, ...limits }: Limits) =>
    withDeadline({ ...limits, clock, deadline: within }, (limited) =>
      metrics.query(query, { at, signal: limited, within }),
    );
  const optional = async (name: Part, limits: Limits): Promise<readonly Sample[]> => {
    try {
      return await ask(queries[name], limits);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      missing.push(`${MISSING[name]}: ${error.message}`);
      return [];
    }
  };
  // Nobody waits for latency: what it takes longer costs no reader anything.
  const patient = { signal, deadline: millis(PATIENCE * deadline) };
  const askTraffic = async () => {
    const [tcp, requests] = await Promise.all([
      optional("tcp", { signal, deadline }),
      ask(queries.requests, { signal, deadline }),
    ]);
    missing.push(...withoutTraffic([...requests, ...tcp], windowSeconds));
    const going = (direction: string) => tcp.filter(({ labels }) => labels.direction === direction);
    return {
      ...NO_TELEMETRY,
      tcpSent: going("sent"),
      tcpReceived: going("received"),
      requests,
    };
  };
  const askLatency = async () => {
    const [durations, payload, p50, p95, p99, past] = await Promise.all([
      optional("durations", patient),
      optional("payload", patient),
      optional("p50", patient),
      optional("p95", patient),
      optional("p99", patient),
      optional("past", patient),
    ]);
    return { durations, payload, p50, p95, p99, past };
  };
  if (!onTraffic) {
    const [traffic, latency] = await Promise.all([askTraffic(), askLatency()]);
    return { at, telemetry: { ...traffic, ...latency }, missing };
  }
  const traffic = await askTraffic();
  onTraffic({ at, telemetry: traffic, missing: [...missing] });
  return { at, telemetry: { ...traffic, ...(await askLatency()) }, missing };
}

/** Why there is no traffic, where that is not because nobody asks anybody; in sentences. */
function withoutTraffic(samples: readonly Sample[], windowSeconds: number): readonly string[] {
  if (samples.length === 0) {
    return [
      `Prometheus has no samples of Istio's metrics in the last ${windowSeconds} s: ` +
        "see whether it scrapes the proxies (istio_requests_total, istio_tcp_sent_bytes_total)",
    ];
  }
  const known = samples.some(({ value }) => value !== null && Number.isFinite(value));
  return known ? [] : ["Prometheus has Istio's metrics, but no numbers in them (NaN)"];
}

/** Runs `work` with a signal that aborts after `deadline`, or when `signal` does. */
export async function withDeadline<T>(
  {
    clock,
    deadline,
    signal,
  }: { readonly clock: Clock; readonly deadline: Millis; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const limit = new AbortController();
  const tooLate = new AppError("timeout", `Prometheus did not answer within ${deadline / 1000} s`, {
    hint: "Look at the load of Prometheus, or choose a shorter window.",
  });
  clock.sleep(deadline, done.signal).then(
    () => limit.abort(tooLate),
    () => undefined, // The work was done first.
  );
  try {
    return await work(AbortSignal.any([signal, limit.signal]));
  } finally {
    done.abort();
  }
}
