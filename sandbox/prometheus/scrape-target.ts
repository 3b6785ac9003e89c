import type { ExposedMetric, MetricSource } from "../contracts";
import type { ScrapeAxis } from "./scrape-axis";
import { HistogramSeries } from "./histogram-series";
import { NumberSeries } from "./number-series";
import type { LabelSet, Series, SeriesOwner } from "./series";
import type { TimeSeriesStore } from "./time-series-store";

const NO_LABELS: LabelSet = {};

/** One target, remembered by its job and instance: who lists the sources may make them anew. */
export class ScrapeTarget implements SeriesOwner {
  lastScrape = -1;
  readonly labels: LabelSet;
  private readonly up: NumberSeries;
  /** In the order of the last scrape, which is mostly that of the next. */
  private live: Kept[] = [];
  private ended: Kept[] = [];
  /** Live series by the label objects that the source hands out, then by metric. */
  private readonly known = new Map<LabelSet, Map<string, Kept>>();
  private revision: number | undefined;

  constructor(
    private readonly store: TimeSeriesStore,
    readonly axis: ScrapeAxis,
    source: MetricSource,
  ) {
    this.labels = { ...source.labels, job: source.job, instance: source.instance };
    this.up = store.add(this, "up", NO_LABELS);
  }

  /** What it exposed at its latest scrape, without `up`. */
  get exposed(): readonly Series[] {
    return this.live.flatMap((kept) => (kept instanceof HistogramSeries ? kept.lines() : kept));
  }

  /** Reads `source`, which is this target's of now. One that does not answer ends its series. */
  scrape(source: MetricSource, scrape: number): void {
    const revision = source.revision?.();
    const unchanged = revision !== undefined && revision === this.revision;
    const points = unchanged ? [] : source.collect();
    this.lastScrape = scrape;
    this.up.set(scrape, points ? 1 : 0);
    if (unchanged) return;
    this.revision = points && revision;
    this.take(points ?? [], scrape);
  }

  /** The target is gone, and all its series with it. */
  end(scrape: number): void {
    this.lastScrape = scrape;
    this.revision = undefined;
    this.take([], scrape);
    this.up.end(scrape);
  }

  /** Whether it answered its latest scrape. */
  get isUp(): boolean {
    return this.up.latest(Infinity, Infinity)?.value === 1;
  }

  /** Whether nothing of it is left in the store. */
  get isForgotten(): boolean {
    return this.live.length + this.ended.length === 0 && !this.up.hasSample(-Infinity, Infinity);
  }

  /** Forgets ended series that have no samples any more. */
  prune(): void {
    this.ended = this.ended.filter((series) => series.hasSample(-Infinity, Infinity));
  }

  private take(points: Iterable<ExposedMetric>, scrape: number): void {
    const before = this.live;
    const seen: Kept[] = [];
    for (const point of points) {
      const guess = before[seen.length];
      const isSame = guess?.name === point.name && guess.own === point.labels;
      const kept = isSame ? guess : this.keptOf(point);
      if (kept instanceof NumberSeries) kept.set(scrape, "value" in point ? point.value : 0);
      else if ("bounds" in point) kept.set(scrape, point);
      seen.push(kept);
    }
    this.live = seen;
    if (seen.length >= before.length && before.every((series, index) => series === seen[index])) {
      return;
    }
    const still = new Set(seen);
    for (const series of before) {
      if (still.has(series)) continue;
      series.end(scrape);
      this.ended.push(series);
      this.known.get(series.own)?.delete(series.name);
      if (this.known.get(series.own)?.size === 0) this.known.delete(series.own);
    }
  }

  private keptOf(point: ExposedMetric): Kept {
    const { name, labels } = point;
    let byName = this.known.get(labels);
    if (!byName) {
      byName = new Map();
      this.known.set(labels, byName);
    }
    let kept = byName.get(name);
    if (!kept) {
      kept = this.revived(point) ?? this.added(point);
      byName.set(name, kept);
    }
    return kept;
  }

  private added(point: ExposedMetric): Kept {
    const { name, labels } = point;
    return "bounds" in point
      ? this.store.addHistogram(this, name, labels, point.bounds)
      : this.store.add(this, name, labels);
  }

  /** A series of equal labels that had ended: there must never be two of the same labels. */
  private revived({ name, labels }: ExposedMetric): Kept | undefined {
    const index = this.ended.findIndex(
      (series) => series.name === name && sameLabels(series.own, labels),
    );
    return index < 0 ? undefined : this.ended.splice(index, 1)[0];
  }
}

/** What is remembered of one metric. */
type Kept = NumberSeries | HistogramSeries;

function sameLabels(a: LabelSet, b: LabelSet): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
