import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { MetricSource, SimulationClock } from "../contracts";
import { prometheusListener } from "./http-api";
import { Scraper } from "./scraper";
import { TimeSeriesStore } from "./time-series-store";

const RETENTION_MS = 30 * 60_000;
const CLEAN_UP_MS = 60_000;

/** The embedded Prometheus while it runs. */
export interface RunningPrometheus {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** One scrape at `now`; the warm-up of a scenario drives it through past virtual time. */
  scrape(now: number): void;
  stop(): Promise<void>;
}

/**
 * A Prometheus for the sandbox: scrapes `sources()` every `scrapeIntervalMs` of virtual time into
 * memory, keeps half an hour, and answers Prometheus' HTTP API on 127.0.0.1.
 *
 * @param port 0 lets the system choose.
 */
export async function startPrometheus(options: {
  readonly clock: SimulationClock;
  readonly sources: () => readonly MetricSource[];
  readonly scrapeIntervalMs: number;
  readonly port: number;
}): Promise<RunningPrometheus> {
  const { clock, sources, scrapeIntervalMs } = options;
  const store = new TimeSeriesStore(RETENTION_MS);
  const scraper = new Scraper(store);
  const scrape = (now: number) => {
    scraper.setSources(sources(), now);
    scraper.scrape(now);
  };
  const server = createServer(
    prometheusListener({ store, scrapeIntervalMs, now: () => clock.now() }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stops = [
    clock.every(scrapeIntervalMs, scrape),
    clock.every(CLEAN_UP_MS, (now) => store.dropBefore(now - RETENTION_MS)),
  ];
  return {
    url: `http://127.0.0.1:${port}`,
    scrape,
    stop: () => {
      for (const stop of stops) stop();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
