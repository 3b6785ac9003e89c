import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { MetricSource, PrometheusFault, SimulationClock } from "../contracts";
import { prometheusListener } from "./http-api";
import { Scraper } from "./scraper";
import { inSlices } from "./slices";
import { serveTargets } from "./targets-server";
import { TimeSeriesStore } from "./time-series-store";

const RETENTION_MS = 30 * 60_000;
const CLEAN_UP_MS = 60_000;
/** From this interval on the scrapes are spread over it: so long ones are there for many targets. */
const SPREAD_FROM_MS = 10_000;
/** One slice of the targets each so many ms. */
const SLICE_MS = 100;

/** The embedded Prometheus while it runs. */
export interface RunningPrometheus {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Service discovery and metrics of every target, for a Prometheus outside: stays up in a fault. */
  readonly targetsUrl: string;
  /** How often `scrape` is due, in ms: the interval, or a part of it where each scrape reads a slice. */
  readonly scrapeEveryMs: number;
  /** One scrape at `now`; the warm-up of a scenario drives it through past virtual time. */
  scrape(now: number): void;
  /** Breaks it on purpose, until called with undefined. */
  breakDown(fault: PrometheusFault | undefined): void;
  stop(): Promise<void>;
}

/**
 * A Prometheus for the sandbox: scrapes `sources()` every `scrapeIntervalMs` of virtual time into
 * memory, keeps them for `retentionMs` (half an hour), and answers Prometheus' HTTP API on 127.0.0.1.
 *
 * @param port 0 lets the system choose.
 */
export async function startPrometheus(options: {
  readonly clock: SimulationClock;
  readonly sources: () => readonly MetricSource[];
  readonly scrapeIntervalMs: number;
  readonly retentionMs?: number;
  readonly port: number;
}): Promise<RunningPrometheus> {
  const { clock, sources, scrapeIntervalMs, retentionMs = RETENTION_MS } = options;
  const store = new TimeSeriesStore(retentionMs);
  const nothing = new TimeSeriesStore(retentionMs);
  const slices = scrapeIntervalMs < SPREAD_FROM_MS ? 1 : Math.floor(scrapeIntervalMs / SLICE_MS);
  const scrapeEveryMs = scrapeIntervalMs / slices;
  const scraper = new Scraper(store, slices);
  let fault: PrometheusFault | undefined;
  const scrape = (now: number) => {
    if (fault?.kind !== "stale") scraper.scrape(sources, now);
  };
  const startedAt = clock.now();
  const server = createServer(
    prometheusListener({
      get store() {
        return fault?.kind === "empty" ? nothing : store;
      },
      scraper,
      scrapeIntervalMs,
      startedAt,
      now: () => clock.now(),
      fault: () => fault,
    }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const targets = await serveTargets(() => scraper.targets);
  const { port } = server.address() as AddressInfo;
  const stops = [
    clock.every(scrapeEveryMs, scrape),
    clock.every(CLEAN_UP_MS, (now) => {
      store.forgetBefore(now - retentionMs);
      scraper.prune();
      void inSlices(store.prune());
    }),
  ];
  return {
    url: `http://127.0.0.1:${port}`,
    targetsUrl: targets.url,
    scrapeEveryMs,
    scrape,
    breakDown: (next) => {
      fault = next;
      if (fault?.kind === "down") server.closeAllConnections();
    },
    stop: async () => {
      for (const stop of stops) stop();
      await targets.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
