import type { PrometheusFault } from "../contracts";
import type { Scraper } from "./scraper";
import type { TimeSeriesStore } from "./time-series-store";

/** A part of an answer. */
export type Piece = string | Uint8Array;

/** What the HTTP API stands on. `now` is virtual time in ms. */
export interface PrometheusApi {
  readonly store: TimeSeriesStore;
  readonly scraper: Scraper;
  readonly scrapeIntervalMs: number;
  readonly startedAt: number;
  now(): number;
  /** Makes of a part of an answer what is sent: bytes at once, where texts would only wait for it. */
  piece(text: string): Piece;
  /** How it is broken on purpose; undefined while it is not. */
  fault(): PrometheusFault | undefined;
}
