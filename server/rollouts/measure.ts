import { AppError } from "@/lib/base/errors";
import { between, type Instant, type Millis, millis, seconds } from "@/lib/base/units";
import { checkQueries, hostsOf } from "@/lib/rollout/metric-queries";
import type { Versions } from "@/lib/rollout/preflight";
import { readWindow } from "@/lib/rollout/read-window";
import type { Measurement } from "@/lib/rollout/transition";
import type { Clock, Metrics } from "../ports";

/** A check that takes longer is an error: the next one is due soon. */
const DEADLINE = seconds(5);

/**
 * Asks Prometheus for the requests to both versions since `from`, as their callers count them.
 * A source that cannot be asked is an outcome, not an exception.
 */
export async function measure(
  needs: { readonly metrics: Metrics; readonly clock: Clock },
  versions: Versions,
  from: Instant,
  signal: AbortSignal,
): Promise<Measurement> {
  const to = needs.clock.now();
  const window = Math.max(1, Math.round(between(from, to) / 1000));
  const queries = checkQueries(hostsOf(versions.stable, versions.canary), window);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
  try {
    const [requests, durations] = await Promise.all([
      needs.metrics.query(queries.requests, { at: to, signal: limited }),
      needs.metrics.query(queries.durations, { at: to, signal: limited }),
    ]);
    return { window: readWindow({ requests, durations }, versions, { from, to }) };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof AppError) return { error: error.message, from };
    if (limited.aborted) return { error: `no answer within ${DEADLINE / 1000} s`, from };
    throw error;
  }
}

/** How far back rates must look to hold a few scrapes; 15 s are assumed where nothing is known. */
export async function rateWindow(metrics: Metrics, signal: AbortSignal): Promise<Millis> {
  const scrape = await metrics.scrapeInterval(signal).catch((error: unknown) => {
    if (error instanceof AppError) return null;
    throw error;
  });
  return millis(Math.max(10_000, 4 * (scrape ?? seconds(15))));
}
