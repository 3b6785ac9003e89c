import type { MetricSource } from "../contracts";
import { ScrapeRounds, type SlicePart } from "./scrape-rounds";
import { ScrapeSlice } from "./scrape-slice";
import type { ScrapeTarget } from "./scrape-target";
import type { TimeSeriesStore } from "./time-series-store";

/**
 * Reads targets into the store, as Prometheus' scrape loops do, with `up` for each. Like those it
 * spreads the targets over the interval, in slices: each has its turn once a round.
 */
export class Scraper {
  private readonly slices: readonly ScrapeSlice[];
  private readonly rounds: ScrapeRounds;

  /** @param slices how many parts the targets are scraped in */
  constructor(store: TimeSeriesStore, slices = 1) {
    this.slices = Array.from({ length: slices }, () => new ScrapeSlice(store));
    this.rounds = new ScrapeRounds(slices);
  }

  /** The targets of the last scrapes. */
  get targets(): readonly ScrapeTarget[] {
    return this.slices.flatMap((slice) => [...slice.targets]);
  }

  /** The scrape of the next slice at `now` (ms since the epoch); the first asks what there is. */
  scrape(sources: () => readonly MetricSource[], now: number): void {
    const { slice, part } = this.rounds.next(sources);
    this.take(slice, part, now);
  }

  /** The scrape of one slice by somebody who gives the turns. */
  take(slice: number, part: SlicePart, now: number): void {
    this.slices[slice]?.scrape(part, now);
  }

  /** Forgets targets that are long gone, and series of others that are. */
  prune(): void {
    for (const slice of this.slices) slice.prune();
  }
}
