import type { LabelMatcher } from "./promql/matcher";
import { ScrapeAxis } from "./scrape-axis";
import { type LabelSet, Series, type SeriesOwner } from "./series";

/** All series of the embedded Prometheus, in memory, for `retentionMs`. */
export class TimeSeriesStore {
  private readonly axes: ScrapeAxis[] = [];
  private readonly byName = new Map<string, Series[]>();

  constructor(readonly retentionMs: number) {}

  /** The times of targets that are scraped together. */
  openAxis(): ScrapeAxis {
    const axis = new ScrapeAxis();
    this.axes.push(axis);
    return axis;
  }

  /** A new series. That its owner has no other of the same labels is the caller's care. */
  add(owner: SeriesOwner, name: string, own: LabelSet): Series {
    const made = new Series(owner, name, own);
    const group = this.byName.get(name);
    if (group) group.push(made);
    else this.byName.set(name, [made]);
    return made;
  }

  /** Every series that all matchers accept. */
  select(matchers: readonly LabelMatcher[]): Series[] {
    const name = matchers.find((matcher) => matcher.label === "__name__" && matcher.op === "=");
    const groups = name ? [this.byName.get(name.value)] : this.byName.values();
    const others = matchers.filter((matcher) => matcher !== name);
    const found: Series[] = [];
    for (const group of groups) {
      for (const series of group ?? []) {
        if (others.every((matcher) => matcher.accepts(series.label(matcher.label)))) {
          found.push(series);
        }
      }
    }
    return found;
  }

  /** The metrics that have a series now, and how many. */
  metricSizes(): ReadonlyMap<string, number> {
    return new Map([...this.byName].map(([name, group]) => [name, group.length]));
  }

  /** Forgets samples before `time`, and series without any since; called now and then. */
  dropBefore(time: number): void {
    for (const axis of this.axes) axis.dropBefore(time);
    for (const [name, group] of this.byName) {
      const kept = group.filter((series) => series.prune());
      if (kept.length === 0) this.byName.delete(name);
      else if (kept.length < group.length) this.byName.set(name, kept);
    }
  }
}
