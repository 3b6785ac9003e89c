import type { MetricSource } from "../contracts";
import { ScrapeTarget } from "./scrape-target";
import type { TimeSeriesStore } from "./time-series-store";

/** Reads targets into the store, as Prometheus' scrape loop does, with `up` for each. */
export class Scraper {
  /** All that were seen within the retention, by job and instance. */
  private readonly known = new Map<string, ScrapeTarget>();
  private active = new Map<string, ScrapeTarget>();

  constructor(private readonly store: TimeSeriesStore) {}

  /** The targets of the last scrape. */
  get targets(): readonly ScrapeTarget[] {
    return [...this.active.values()];
  }

  /** One scrape of all `sources` at `now` (ms since the epoch). Targets that went away end. */
  scrape(sources: readonly MetricSource[], now: number): void {
    const scrape = this.store.openScrape(now);
    if (scrape === undefined) return;
    const before = this.active;
    this.active = new Map();
    for (const source of sources) {
      const key = targetKey(source);
      let target = this.known.get(key);
      if (!target) {
        target = new ScrapeTarget(this.store, source);
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

const targetKey = ({ job, instance, labels }: MetricSource): string =>
  `${job} ${instance} ${labels?.["namespace"] ?? ""}/${labels?.["pod"] ?? ""}`;
