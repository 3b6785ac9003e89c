import { AppError } from "@/lib/base/errors";
import { between, type Instant, type Millis, millis, seconds } from "@/lib/base/units";
import type { Logger } from "../log";
import type { Clock, Live, Metrics } from "../ports";
import { readTelemetry, type TelemetryReading } from "./read-telemetry";
import { type GraphWindows, graphWindows, refreshInterval } from "./windows";

/** How long Prometheus may take for the traffic of a large mesh. */
const DEADLINE = seconds(10);
/** So long a page waits for news; then it gets what is known, with its age. */
const PATIENCE = seconds(3);
/**
 * So long who asks once waits where nothing was read yet: a large mesh takes a cold Prometheus longer
 * than a page's patience. A little more than the deadline, so that its reason is known.
 */
const FIRST_PATIENCE = millis(DEADLINE + 500);
/** So long anybody waits to learn how often Prometheus scrapes. */
const INTERVAL_PATIENCE = millis(800);
/** A window that no page asked for in this time is no longer refreshed. */
const WINDOW_LIFETIME = seconds(60);

/** What is known of the telemetry of one window. */
export interface KnownTelemetry {
  readonly reading: TelemetryReading | undefined;
  /** Why the newest refresh failed, or why there is no news yet. */
  readonly error: AppError | undefined;
  /** Traffic is there, and latency was never read yet: it is on its way. */
  readonly latencyComing: boolean;
  /** An answer is still waited for. */
  readonly waiting: boolean;
}

/** The telemetry of all windows that somebody looks at. */
export interface TelemetryWindows {
  /** What is known of a window; asks Prometheus first where that is old, and waits only so long. */
  known(windowSeconds: number): Promise<KnownTelemetry>;
  /**
   * The same for who asks once and is told no news: it waits for latency too, and for the very first
   * reading of a mesh as long as Prometheus may take.
   */
  knownWhole(windowSeconds: number): Promise<KnownTelemetry>;
  /** Which windows there are. */
  choice(): Promise<GraphWindows>;
  /** Ends the refresh loop. */
  close(): void;
}

/** The refresh under way, which all who ask meanwhile share: until its traffic is there, and all. */
interface Refresh {
  readonly traffic: Promise<void>;
  readonly all: Promise<void>;
  /** Patience has ended, and its traffic is not there yet. Told by the timer: a clock may read a ms less. */
  readonly late: boolean;
}

interface Window {
  reading: TelemetryReading | undefined;
  error: AppError | undefined;
  latencyComing: boolean;
  askedAt: Instant;
  refreshedAt: Instant | undefined;
  pending: Refresh | undefined;
}

interface Needs {
  readonly metrics: Metrics;
  readonly live: Live;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Reads the mesh's telemetry in one loop while anybody looks, and keeps the last good answer. Each
 * refresh asks a constant number of queries.
 */
export function telemetryWindows({ metrics, live, clock, log }: Needs): TelemetryWindows {
  const stop = new AbortController();
  const windows = new Map<number, Window>();
  let looping = false;
  let lastInterval: Millis | null = null;

  async function refresh(window: Window, seconds: number, onTraffic: () => void): Promise<void> {
    const before = window.reading?.telemetry;
    try {
      window.reading = await readTelemetry({ metrics, clock }, seconds, {
        deadline: DEADLINE,
        signal: stop.signal,
        onTraffic: (reading) => {
          // Latency of the last refresh stands until that of this one is there.
          const { requests, tcpSent, tcpReceived } = reading.telemetry;
          const telemetry = { ...(before ?? reading.telemetry), requests, tcpSent, tcpReceived };
          window.reading = { ...reading, telemetry };
          window.error = undefined;
          window.latencyComing = before === undefined;
          onTraffic();
        },
      });
      window.error = undefined;
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof AppError)) log.error({ err: error }, "a refresh of the graph broke");
      window.error =
        error instanceof AppError
          ? error
          : new AppError("unavailable", "The graph could not be refreshed", { cause: error });
    } finally {
      window.refreshedAt = clock.now();
      window.latencyComing = false;
    }
  }

  const publish = () => live.publish({ topic: "graph", at: clock.now() });

  /** One refresh at a time for each window. Pages are told when it is late. */
  function refreshed(windowSeconds: number, window: Window): Refresh {
    if (window.pending) return window.pending;
    const done = new AbortController();
    let all = Promise.resolve();
    let answered = false;
    let patient = true;
    const traffic = new Promise<void>((resolve) => {
      const onTraffic = () => {
        answered = true;
        resolve();
      };
      all = refresh(window, windowSeconds, onTraffic).finally(() => {
        done.abort();
        window.pending = undefined;
        resolve();
      });
    });
    clock.sleep(PATIENCE, done.signal).then(
      () => {
        patient = false;
        if (!answered) publish();
      },
      () => undefined, // It was in time.
    );
    return (window.pending = {
      traffic,
      all,
      get late() {
        return !patient && !answered;
      },
    });
  }

  async function scrapeInterval(): Promise<Millis | null> {
    try {
      const asked = metrics.scrapeInterval(stop.signal).then((value) => (lastInterval = value));
      return await withinPatience(asked, INTERVAL_PATIENCE, () => lastInterval);
    } catch (error) {
      if (error instanceof AppError) return lastInterval;
      throw error;
    }
  }

  /** What `work` gives, or what `otherwise` knows once patience is at its end. */
  async function withinPatience<T>(work: Promise<T>, patience: Millis, otherwise: () => T) {
    const done = new AbortController();
    const late = clock.sleep(patience, done.signal).then(
      () => otherwise(),
      () => otherwise(),
    );
    // Whoever comes late finds its error where it is waited for next.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }

  const interval = async () => refreshInterval(await scrapeInterval());

  async function loop(): Promise<void> {
    if (looping) return;
    looping = true;
    try {
      while (!stop.signal.aborted && live.listeners > 0) {
        const now = clock.now();
        for (const [key, { askedAt }] of windows) {
          if (between(askedAt, now) > WINDOW_LIFETIME) windows.delete(key);
        }
        const before = new Map([...windows].map(([key, window]) => [key, newsOf(window)]));
        await Promise.all([...windows].map(([key, window]) => refreshed(key, window).all));
        // A new reading is news by its age alone; the same failure once more is none.
        if ([...windows].some(([key, window]) => newsOf(window) !== before.get(key))) publish();
        await clock.sleep(await interval(), stop.signal);
      }
    } finally {
      looping = false;
    }
  }

  function asked(windowSeconds: number): Window {
    const now = clock.now();
    const window = windows.get(windowSeconds) ?? {
      reading: undefined,
      error: undefined,
      latencyComing: false,
      askedAt: now,
      refreshedAt: undefined,
      pending: undefined,
    };
    windows.set(windowSeconds, window);
    window.askedAt = now;
    return window;
  }

  /** The loop keeps a window fresh while pages listen; who asks without listening refreshes it. */
  function isOld({ refreshedAt }: Window): boolean {
    const age = refreshedAt === undefined ? Infinity : between(refreshedAt, clock.now());
    return age > 2 * refreshInterval(lastInterval) + PATIENCE;
  }

  /** Prometheus can answer in time: who does not get an answer asks again. */
  const hasAnswered = () => [...windows.values()].some(({ reading }) => reading !== undefined);

  const stopDemand = live.onDemand((wanted) => {
    if (!wanted) return;
    loop().catch((err: unknown) => {
      if (!stop.signal.aborted) log.error({ err }, "the graph is no longer refreshed");
    });
  });

  return {
    choice: async () => graphWindows(await scrapeInterval()),
    async known(windowSeconds) {
      const window = asked(windowSeconds);
      if (isOld(window) && !window.pending?.late) {
        const { traffic, all } = refreshed(windowSeconds, window);
        await withinPatience(traffic, PATIENCE, () => undefined);
        // Who listens is told when latency is there too.
        void all.then(publish);
      }
      return knownOf(window);
    },
    async knownWhole(windowSeconds) {
      const window = asked(windowSeconds);
      if (isOld(window) && !(hasAnswered() && window.pending?.late)) {
        const { all } = refreshed(windowSeconds, window);
        const patience = hasAnswered() ? PATIENCE : FIRST_PATIENCE;
        await withinPatience(all, patience, () => undefined);
      }
      return knownOf(window);
    },
    close() {
      stop.abort(new Error("the server stops"));
      stopDemand();
    },
  };
}

const knownOf = (window: Window): KnownTelemetry => ({
  reading: window.reading,
  error: window.error ?? lateness(window),
  latencyComing: window.latencyComing,
  waiting: window.pending !== undefined,
});

/** Changes exactly when a page has something new to show. */
const newsOf = ({ reading, error }: Window) => `${reading?.at ?? ""} ${error?.message ?? ""}`;

/** Why there is no news, while Prometheus has not failed yet. */
function lateness({ pending }: Window): AppError | undefined {
  if (!pending?.late) return undefined;
  return new AppError("timeout", `Prometheus has not answered for ${PATIENCE / 1000} s`, {
    hint: "It is still waited for. Look at its load, or choose a shorter window.",
  });
}
