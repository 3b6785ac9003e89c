import type { MetricSource } from "../contracts";
import type { LabelSet, Series, TimeSeriesStore } from "./time-series-store";

interface Target {
  readonly source: MetricSource;
  /** Series by the label objects that the source hands out, then by metric. */
  readonly known: WeakMap<object, Map<string, Series>>;
  /** What the last scrape saw; what is missing from the next one has ended. */
  seen: Set<Series>;
}

/** Reads targets into the store, as Prometheus' scrape loop does, with `up` for each. */
export class Scraper {
  private targets: Target[] = [];

  constructor(private readonly store: TimeSeriesStore) {}

  /**
   * The targets of the next scrape. Those that went away end their series. A target is known again
   * by its job and instance: who lists the sources may make them anew each time.
   */
  setSources(sources: readonly MetricSource[], now: number): void {
    const before = new Map(this.targets.map((target) => [targetKey(target.source), target]));
    this.targets = sources.map((source) => {
      const key = targetKey(source);
      const known = before.get(key);
      before.delete(key);
      return known ? { ...known, source } : { source, known: new WeakMap(), seen: new Set() };
    });
    for (const { seen } of before.values()) this.endAll(seen, now);
  }

  /** One scrape of every target at `now` (ms since the epoch). */
  scrape(now: number): void {
    for (const target of this.targets) this.scrapeTarget(target, now);
  }

  private scrapeTarget(target: Target, now: number): void {
    const { job, instance } = target.source;
    const seen = new Set<Series>();
    const add = (series: Series, value: number) => {
      seen.add(series);
      this.store.append(series, now, value);
    };
    for (const { name, labels, value } of target.source.collect()) {
      add(this.seriesOf(target, name, labels), value);
    }
    add(this.store.series({ __name__: "up", job, instance }), 1);
    for (const series of target.seen) {
      if (!seen.has(series)) this.store.append(series, now, null);
    }
    target.seen = seen;
  }

  private seriesOf(target: Target, name: string, labels: LabelSet): Series {
    const byName = target.known.get(labels) ?? new Map<string, Series>();
    target.known.set(labels, byName);
    const known = byName.get(name);
    if (known) return known;
    const { job, instance } = target.source;
    const series = this.store.series({ ...labels, __name__: name, job, instance });
    byName.set(name, series);
    return series;
  }

  private endAll(all: ReadonlySet<Series>, now: number): void {
    for (const series of all) this.store.append(series, now, null);
  }
}

const targetKey = ({ job, instance }: MetricSource): string => `${job} ${instance}`;
