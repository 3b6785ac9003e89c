import { weakMemo } from "@/lib/base/weak-memo";
import { hashText } from "../random";
import type { MetricSource } from "../contracts";
import { ScrapeSlice } from "./scrape-slice";
import type { ScrapeTarget } from "./scrape-target";
import type { TimeSeriesStore } from "./time-series-store";

/**
 * Reads targets into the store, as Prometheus' scrape loops do, with `up` for each. Like those it
 * spreads the targets over the interval, in slices: each has its turn once a round.
 */
export class Scraper {
  private readonly slices: readonly ScrapeSlice[];
  private rounds: readonly Map<string, MetricSource>[] = [];
  private turn = 0;

  /** @param slices how many parts the targets are scraped in */
  constructor(store: TimeSeriesStore, slices = 1) {
    this.slices = Array.from({ length: slices }, () => new ScrapeSlice(store));
  }

  /** The targets of the last scrapes. */
  get targets(): readonly ScrapeTarget[] {
    return this.slices.flatMap((slice) => [...slice.targets]);
  }

  /** The scrape of the next slice at `now` (ms since the epoch); the first asks what there is. */
  scrape(sources: () => readonly MetricSource[], now: number): void {
    if (this.turn === 0) this.rounds = this.parted(sources());
    const [slice, part] = [this.slices[this.turn], this.rounds[this.turn]];
    if (slice && part) slice.scrape(part, now);
    this.turn = (this.turn + 1) % this.slices.length;
  }

  /** Forgets targets that are long gone, and series of others that are. */
  prune(): void {
    for (const slice of this.slices) slice.prune();
  }

  /** A target stays in its slice for ever. */
  private parted(sources: readonly MetricSource[]): readonly Map<string, MetricSource>[] {
    const parts = this.slices.map(() => new Map<string, MetricSource>());
    for (const source of sources) {
      const { key, hash } = targetOf(source);
      parts[parts.length > 1 ? hash % parts.length : 0]?.set(key, source);
    }
    return parts;
  }
}

/** The same target is often the same source, too. */
const targetOf = weakMemo((source: MetricSource) => {
  const { job, instance, labels } = source;
  const key = `${job} ${instance} ${labels?.["namespace"] ?? ""}/${labels?.["pod"] ?? ""}`;
  return { key, hash: hashText(key) };
});
