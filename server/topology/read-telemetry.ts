import { AppError } from "@/lib/base/errors";
import { type Instant, type Millis } from "@/lib/base/units";
import type { Telemetry } from "@/lib/graph/flows";
import { graphQueries } from "@/lib/graph/queries";
import type { Clock, Metrics, Sample } from "../ports";

/** What Prometheus told of one window, all at one instant. */
export interface TelemetryReading {
  readonly at: Instant;
  readonly telemetry: Telemetry;
  /** What is missing in it, in sentences; empty when all queries were answered. */
  readonly missing: readonly string[];
}

const MISSING: Readonly<Record<Exclude<keyof Telemetry, "requests">, string>> = {
  tcpSent: "TCP bytes sent are missing",
  tcpReceived: "TCP bytes received are missing",
  durations: "The mean of latency is missing",
  payload: "Bytes of requests and responses are missing",
  p50: "The median of latency is missing",
  p95: "The 95th percentile of latency is missing",
  p99: "The 99th percentile of latency is missing",
};

/**
 * Asks the eight queries of the graph in parallel, within `deadline`.
 *
 * Without the request rates there is no graph, so their error is thrown; any other query may fail
 * and is then named in `missing`.
 *
 * @throws AppError as `Metrics.query` does, `timeout` after the deadline.
 */
export async function readTelemetry(
  { metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock },
  windowSeconds: number,
  {
    deadline,
    signal,
    at = clock.now(),
  }: { readonly deadline: Millis; readonly signal: AbortSignal; readonly at?: Instant },
): Promise<TelemetryReading> {
  const queries = graphQueries(windowSeconds);
  return withDeadline({ clock, deadline, signal }, async (limited) => {
    const ask = (query: string) => metrics.query(query, { at, signal: limited });
    const requests = ask(queries.requests);
    const missing: string[] = [];
    const optional = async (name: keyof typeof MISSING): Promise<readonly Sample[]> => {
      try {
        return await ask(queries[name]);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        missing.push(`${MISSING[name]}: ${error.message}`);
        return [];
      }
    };
    const [tcpSent, tcpReceived, durations, payload, p50, p95, p99, counted] = await Promise.all([
      optional("tcpSent"),
      optional("tcpReceived"),
      optional("durations"),
      optional("payload"),
      optional("p50"),
      optional("p95"),
      optional("p99"),
      requests,
    ]);
    const telemetry = {
      requests: counted,
      tcpSent,
      tcpReceived,
      durations,
      payload,
      p50,
      p95,
      p99,
    };
    return { at, telemetry, missing };
  });
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
