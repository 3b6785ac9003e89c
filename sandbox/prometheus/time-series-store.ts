import { HistogramSeries, lineNames } from "./histogram-series";
import { NumberSeries } from "./number-series";
import { Groupings } from "./promql/groupings";
import type { LabelMatcher } from "./promql/matcher";
import { ScrapeAxis } from "./scrape-axis";
import type { LabelSet, Series, SeriesOwner } from "./series";
import { AT_ONCE, type Steps } from "./slices";
import type { StoredSeries } from "./stored-series";

/** What a selector finds, histograms whole. */
export interface SelectedSeries {
  readonly numbers: readonly Series[];
  readonly histograms: readonly HistogramSeries[];
}

/** All series of the embedded Prometheus, in memory, for `retentionMs`. */
export class TimeSeriesStore {
  /** What queries remember of its series. */
  readonly groupings = new Groupings();
  private readonly axes: ScrapeAxis[] = [];
  private readonly numbers = new Map<string, NumberSeries[]>();
  private readonly histograms = new Map<string, HistogramSeries[]>();

  constructor(readonly retentionMs: number) {}

  /** The times of targets that are scraped together. */
  openAxis(): ScrapeAxis {
    const axis = new ScrapeAxis();
    this.axes.push(axis);
    return axis;
  }

  /** A new series. That its owner has no other of the same labels is the caller's care. */
  add(owner: SeriesOwner, name: string, own: LabelSet): NumberSeries {
    return addTo(this.numbers, new NumberSeries(owner, name, own));
  }

  /** A new histogram: see `add`. */
  addHistogram(
    owner: SeriesOwner,
    name: string,
    own: LabelSet,
    bounds: readonly string[],
  ): HistogramSeries {
    return addTo(this.histograms, new HistogramSeries(owner, name, own, bounds));
  }

  /** Every series that all matchers accept. */
  *select(matchers: readonly LabelMatcher[]): Steps<Series[]> {
    const { numbers, histograms } = yield* this.selectWhole(
      matchers.filter(({ label }) => label !== "le"),
      matchers.filter(({ label }) => label === "le"),
    );
    const found: Series[] = [...numbers];
    const named = matchers.filter(({ label }) => label === "__name__");
    const bounded = matchers.filter(({ label }) => label === "le");
    let [group, places]: [string | undefined, readonly number[]] = [undefined, []];
    for (const [index, histogram] of histograms.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) yield;
      // They come metric by metric.
      if (histogram.name !== group) [group, places] = [histogram.name, placesOf(histogram, named)];
      for (const place of places) {
        const line = histogram.line(place);
        if (bounded.every((matcher) => matcher.accepts(line.label("le")))) found.push(line);
      }
    }
    return found;
  }

  /**
   * As `select`, but histograms of which any line is accepted stay whole.
   * @param bounded what is asked of `le`, which numbers alone can answer here
   */
  *selectWhole(
    matchers: readonly LabelMatcher[],
    bounded: readonly LabelMatcher[] = [],
  ): Steps<SelectedSeries> {
    const name = matchers.find((matcher) => matcher.label === "__name__" && matcher.op === "=");
    const named = matchers.filter(({ label }) => label === "__name__");
    const others = matchers.filter(({ label }) => label !== "__name__");
    const numbers: Series[] = [];
    let looked = 0;
    const asked = [...others, ...bounded];
    for (const group of name ? [this.numbers.get(name.value)] : this.numbers.values()) {
      if (!named.every((one) => one.accepts(group?.[0]?.name ?? ""))) continue;
      for (const series of group ?? []) {
        if (looked++ % AT_ONCE === AT_ONCE - 1) yield;
        if (asked.every((one) => one.accepts(series.label(one.label)))) numbers.push(series);
      }
    }
    const histograms: HistogramSeries[] = [];
    const family = name && /^(.*)_(?:bucket|sum|count)$/.exec(name.value)?.[1];
    for (const group of name ? [this.histograms.get(family ?? "")] : this.histograms.values()) {
      if (!group?.[0] || placesOf(group[0], named).length === 0) continue;
      for (const histogram of group) {
        if (looked++ % AT_ONCE === AT_ONCE - 1) yield;
        if (others.every((one) => one.accepts(histogram.label(one.label))))
          histograms.push(histogram);
      }
    }
    return { numbers, histograms };
  }

  /** The metrics that have a series now, and how many. */
  metricSizes(): ReadonlyMap<string, number> {
    const sizes = new Map([...this.numbers].map(([name, group]) => [name, group.length]));
    const grow = (name: string, by: number) => sizes.set(name, (sizes.get(name) ?? 0) + by);
    for (const [family, group] of this.histograms) {
      const { bucket, sum, count } = lineNames(family);
      grow(
        bucket,
        group.reduce((total, { bounds }) => total + bounds.length, 0),
      );
      grow(sum, group.length);
      grow(count, group.length);
    }
    return sizes;
  }

  /** Forgets samples before `time`; called now and then. */
  forgetBefore(time: number): void {
    for (const axis of this.axes) axis.dropBefore(time);
  }

  /** Forgets series without any sample. Their owners must have forgotten them before. */
  *prune(): Steps<void> {
    yield* pruned(this.numbers);
    yield* pruned(this.histograms);
  }
}

function addTo<T extends StoredSeries>(groups: Map<string, T[]>, made: T): T {
  const group = groups.get(made.name);
  if (group) group.push(made);
  else groups.set(made.name, [made]);
  return made;
}

/** Goes backwards, so that series which are added meanwhile do not matter. */
function* pruned<T extends StoredSeries>(groups: Map<string, T[]>): Steps<void> {
  for (const [name, group] of groups) {
    const gone = new Set<T>();
    for (let index = group.length - 1, looked = 0; index >= 0; index -= 1, looked += 1) {
      if (looked % AT_ONCE === AT_ONCE - 1) yield;
      const series = group[index];
      if (series && !series.prune()) gone.add(series);
    }
    if (gone.size === 0) continue;
    const kept = group.filter((series) => !gone.has(series));
    if (kept.length === 0) groups.delete(name);
    else groups.set(name, kept);
  }
}

/** The places of the lines whose names are accepted. */
function placesOf(histogram: HistogramSeries, named: readonly LabelMatcher[]): readonly number[] {
  const { bucket, sum, count } = lineNames(histogram.name);
  const accepted = (name: string) => named.every((matcher) => matcher.accepts(name));
  const { length } = histogram.bounds;
  return [
    ...(accepted(bucket) ? histogram.bounds.keys() : []),
    ...(accepted(sum) ? [length] : []),
    ...(accepted(count) ? [length + 1] : []),
  ];
}
