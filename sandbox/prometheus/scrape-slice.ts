import type { MetricSource } from "../contracts";
import type { ScrapeAxis } from "./scrape-axis";
import { ScrapeTarget } from "./scrape-target";
import type { TimeSeriesStore } from "./time-series-store";

/** Targets that are scraped at the same times. */
export class ScrapeSlice {
  private readonly axis: ScrapeAxis;
  /** All that were seen within the retention, by job and instance. */
  private readonly known = new Map<string, ScrapeTarget>();
  private active = new Map<string, ScrapeTarget>();

  constructor(private readonly store: TimeSeriesStore) {
    this.axis = store.openAxis();
  }

  /** The targets of the last scrape. */
  get targets(): Iterable<ScrapeTarget> {
    return this.active.values();
  }

  /** One scrape of `sources`, by their keys, at `now` (ms since the epoch). Targets that went away end. */
  scrape(sources: ReadonlyMap<string, MetricSource>, now: number): void {
    const scrape = this.axis.add(now);
    if (scrape === undefined) return;
    const before = this.active;
    this.active = new Map();
    for (const [key, source] of sources) {
      let target = this.known.get(key);
      if (!target) {
        target = new ScrapeTarget(this.store, this.axis, source);
        this.known.set(key, target);
      }
      before.delete(key);
      this.active.set(key, target);
      target.scrape(source, scrape);
    }
    for (const target of before.values()) target.end(scrape);
  }

  /** Forgets targets that are long gone, and series of others that are. */
  prune(): void {
    for (const [key, target] of this.known) {
      target.prune();
      if (!this.active.has(key) && target.isForgotten) this.known.delete(key);
    }
  }
}
