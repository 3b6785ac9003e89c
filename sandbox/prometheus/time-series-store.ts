import type { LabelMatcher } from "./promql/matcher";
import { SampleRing } from "./sample-ring";

/** Label names to values; `__name__` is the metric. */
export type LabelSet = Readonly<Record<string, string>>;

/** One line of numbers over time. */
export interface Series {
  readonly labels: LabelSet;
  readonly samples: SampleRing;
}

/** All series of the embedded Prometheus, in memory, for `retentionMs`. */
export class TimeSeriesStore {
  private readonly byName = new Map<string, Map<string, Series>>();

  constructor(readonly retentionMs: number) {}

  /** The series of exactly these labels (with `__name__`), made when it is new. */
  series(labels: LabelSet): Series {
    const name = labels.__name__ ?? "";
    const ofName = this.byName.get(name) ?? new Map<string, Series>();
    this.byName.set(name, ofName);
    const key = labelKey(labels);
    const known = ofName.get(key);
    if (known) return known;
    const made: Series = { labels, samples: new SampleRing() };
    ofName.set(key, made);
    return made;
  }

  /**
   * Adds a sample. `null` says that the target no longer exposes the series (Prometheus' staleness
   * marker): it is then absent at once, not only after the five minutes of look-back.
   */
  append(series: Series, time: number, value: number | null): void {
    series.samples.append(time, value, time - this.retentionMs);
  }

  /** Every series that all matchers accept. */
  select(matchers: readonly LabelMatcher[]): Series[] {
    const name = matchers.find((matcher) => matcher.label === "__name__" && matcher.op === "=");
    const groups = name ? [this.byName.get(name.value)] : this.byName.values();
    const others = matchers.filter((matcher) => matcher !== name);
    const found: Series[] = [];
    for (const group of groups) {
      for (const series of group?.values() ?? []) {
        if (others.every((matcher) => matcher.accepts(series.labels[matcher.label] ?? ""))) {
          found.push(series);
        }
      }
    }
    return found;
  }

  /** Forgets series without a sample since `time`; called now and then. */
  dropBefore(time: number): void {
    for (const [name, group] of this.byName) {
      for (const [key, { samples }] of group) {
        if (samples.length === 0 || samples.timeAt(samples.length - 1) < time) group.delete(key);
      }
      if (group.size === 0) this.byName.delete(name);
    }
  }
}

/** A text that is equal for equal label sets, whatever the order of their keys. */
export function labelKey(labels: LabelSet): string {
  const names = Object.keys(labels).sort();
  let key = "";
  for (const name of names) key += `${name}\u0001${labels[name]}\u0002`;
  return key;
}
