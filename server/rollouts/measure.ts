import { AppError } from "@/lib/base/errors";
import { between, type Instant, type Millis, millis, seconds } from "@/lib/base/units";
import { checkQueries, hostsOf, type Reporter } from "@/lib/rollout/metric-queries";
import type { Versions } from "@/lib/rollout/preflight";
import { readWindow } from "@/lib/rollout/read-window";
import type { Measurement } from "@/lib/rollout/transition";
import type { HookAnswer, Reading } from "@/lib/rollout/window";
import type { Clock, Metrics, Sample } from "../ports";

/** A check that takes longer is an error: the next one is due soon. */
const DEADLINE = seconds(5);

/** Numbers this much older than their scrapes should be are not those of now. */
const SCRAPES_MISSED = 3;
const LEAST_STALE = seconds(5);
/** With so many scrapes in a window, one before it costs no accuracy and makes the count whole. */
const SCRAPES_TO_REACH_BACK = 5;

/** What is measured beside the requests to both versions. */
export interface Measured {
  readonly from: Instant;
  /** Whether the canary gets copies only, which nobody but itself counts. */
  readonly copies?: boolean;
  /** Reads what the plan asks for beside. */
  readonly readings?: (
    at: Instant,
    window: Millis,
    signal: AbortSignal,
  ) => Promise<readonly Reading[]>;
  /** Asks webhooks for yes or no. */
  readonly hooks?: (window: Millis, signal: AbortSignal) => Promise<readonly HookAnswer[]>;
}

/**
 * Asks Prometheus for the requests to both versions since `from`, as their callers count them.
 * A source that cannot be asked is an outcome, not an exception.
 */
export async function measure(
  needs: { readonly metrics: Metrics; readonly clock: Clock },
  versions: Versions,
  { from, copies = false, readings, hooks }: Measured,
  signal: AbortSignal,
): Promise<Measurement> {
  const to = needs.clock.now();
  const window = seconds(Math.max(1, Math.round(between(from, to) / 1000)));
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
  try {
    const scrape = await needs.metrics.scrapeInterval(limited);
    const reach = reachOf(scrape ?? window, window);
    const hosts = hostsOf(versions.stable, versions.canary);
    const ask = (promql: string) => needs.metrics.query(promql, { at: to, signal: limited });
    const counts = async (reporter: Reporter) => {
      const queries = checkQueries(hosts, { window, reach, reporter });
      const [requests, durations] = await Promise.all([
        ask(queries.requests),
        ask(queries.durations),
      ]);
      return readWindow({ requests, durations }, versions, { from, to });
    };
    const [own, copied, newest, found, said] = await Promise.all([
      counts("source"),
      copies ? counts("destination") : undefined,
      ask(checkQueries(hosts, { window, reach }).newest),
      readings?.(to, window, limited),
      hooks?.(window, limited),
    ]);
    const canary = copied?.canary ?? own.canary;
    const staleFor = staleness(newest, to, scrape);
    const { requests, durations } = checkQueries(hosts, { window, reach });
    const readingsOf = { ...(found && { readings: found }), ...(said && { hooks: said }) };
    return {
      window: { ...own, canary, staleFor, queries: { requests, durations }, ...readingsOf },
    };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof AppError) return { error: error.message, from };
    if (limited.aborted) return { error: `no answer within ${DEADLINE / 1000} s`, from };
    throw error;
  }
}

/**
 * How much further back a window must look to hold the last scrape before it: without that one,
 * what was counted between it and the first one inside is guessed. Not a whole interval, so that
 * it never holds two.
 */
const reachOf = (scrape: Millis, window: Millis): Millis =>
  millis(SCRAPES_TO_REACH_BACK * scrape <= window ? scrape - 1 : 0);

/** For how long nothing was counted, where that is too long; no series at all is not staleness. */
function staleness(
  newest: readonly Sample[],
  to: Instant,
  scrape: Millis | null,
): Millis | undefined {
  const at = newest[0]?.value;
  if (scrape === null || at === undefined || at === null) return undefined;
  const age = millis(to - at * 1000);
  return age > Math.max(LEAST_STALE, SCRAPES_MISSED * scrape) ? age : undefined;
}

/** How far back rates must look to hold a few scrapes; 15 s are assumed where nothing is known. */
export async function rateWindow(metrics: Metrics, signal: AbortSignal): Promise<Millis> {
  const scrape = await metrics.scrapeInterval(signal).catch((error: unknown) => {
    if (error instanceof AppError) return null;
    throw error;
  });
  return millis(Math.max(10_000, 4 * (scrape ?? seconds(15))));
}
