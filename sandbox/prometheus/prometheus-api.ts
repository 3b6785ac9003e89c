import type { PrometheusFault } from "../contracts";
import type { Scraper } from "./scraper";
import type { TimeSeriesStore } from "./time-series-store";

/** What the HTTP API stands on. `now` is virtual time in ms. */
export interface PrometheusApi {
  readonly store: TimeSeriesStore;
  readonly scraper: Scraper;
  readonly scrapeIntervalMs: number;
  readonly startedAt: number;
  now(): number;
  /** How it is broken on purpose; undefined while it is not. */
  fault(): PrometheusFault | undefined;
}
