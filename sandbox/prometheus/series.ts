import type { ScrapeAxis } from "./scrape-axis";

/** Label names to values; `__name__` is the metric. */
export type LabelSet = Readonly<Record<string, string>>;

/** One target of the scraper, as its series see it: its latest scrape is theirs. */
export interface SeriesOwner {
  /** The times of its scrapes. */
  readonly axis: ScrapeAxis;
  readonly labels: LabelSet;
  /** Number of the latest scrape; series that it did not end go on up to there. */
  lastScrape: number;
}

/** The samples of a series inside a range: times in ms since the epoch, in order. */
export interface SampleWindow {
  readonly times: number[];
  readonly values: number[];
}

/** An empty label is none. */
const withoutEmpty = (labels: LabelSet): LabelSet =>
  Object.values(labels).includes("")
    ? Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""))
    : labels;

/**
 * One line of numbers over time. Only changes are kept: between two of them every scrape of the
 * owner saw the same value, so an idle counter costs nothing, and a scrape does not touch it.
 */
export class Series {
  /** Of each run twice the number of its first scrape, plus one where the series ended there. */
  private readonly starts: number[] = [];
  private readonly values: number[] = [];
  private merged: LabelSet | undefined;

  /** @param own labels as the target exposes them, without name and target labels */
  constructor(
    readonly owner: SeriesOwner,
    readonly name: string,
    readonly own: LabelSet,
  ) {}

  private get axis(): ScrapeAxis {
    return this.owner.axis;
  }

  /** All labels with `__name__`: always the same object. */
  get labels(): LabelSet {
    this.merged ??= withoutEmpty({ ...this.own, ...this.owner.labels, __name__: this.name });
    return this.merged;
  }

  /** The value of one label; empty where it is absent, as Prometheus sees it. */
  label(name: string): string {
    if (name === "__name__") return this.name;
    return this.own[name] ?? this.owner.labels[name] ?? "";
  }

  /** Whether its target exposed it at its latest scrape. */
  get isLive(): boolean {
    const last = this.starts.at(-1);
    return last !== undefined && (last & 1) === 0;
  }

  /** The value from scrape number `scrape` on. */
  set(scrape: number, value: number): void {
    if (this.isLive && Object.is(this.values.at(-1), value)) return;
    this.starts.push(scrape * 2);
    this.values.push(value);
  }

  /** Prometheus' staleness marker: from this scrape on the series is absent at once. */
  end(scrape: number): void {
    if (!this.isLive) return;
    this.starts.push(scrape * 2 + 1);
    this.values.push(0);
  }

  /** The sample that counts at `time`: the latest one up to `lookbackMs` before; none after an end. */
  latest(time: number, lookbackMs: number): { time: number; value: number } | undefined {
    const scrape = Math.min(this.axis.lowerBound(time + 1) - 1, this.owner.lastScrape);
    const run = this.runAt(scrape);
    if (run < 0 || this.endsWith(run)) return undefined;
    const at = this.axis.timeOf(scrape);
    if (!(time - at <= lookbackMs)) return undefined;
    return { time: at, value: this.values[run] ?? Number.NaN };
  }

  /** The samples from `start` to `end`, both included. */
  window(start: number, end: number): SampleWindow {
    const times: number[] = [];
    const values: number[] = [];
    const first = this.axis.lowerBound(start);
    const last = Math.min(this.axis.lowerBound(end + 1) - 1, this.owner.lastScrape);
    let run = this.runAt(first);
    for (let scrape = first; scrape <= last; scrape += 1) {
      while ((this.starts[run + 1] ?? Infinity) < scrape * 2 + 2) run += 1;
      if (run < 0 || this.endsWith(run)) continue;
      times.push(this.axis.timeOf(scrape));
      values.push(this.values[run] ?? Number.NaN);
    }
    return { times, values };
  }

  /** Whether there is a sample from `start` to `end`. */
  hasSample(start: number, end: number): boolean {
    const first = this.axis.lowerBound(start);
    const last = Math.min(this.axis.lowerBound(end + 1) - 1, this.owner.lastScrape);
    if (last < first) return false;
    for (let run = Math.max(0, this.runAt(first)); run < this.starts.length; run += 1) {
      if ((this.starts[run] ?? 0) >> 1 > last) return false;
      if (!this.endsWith(run)) return true;
    }
    return false;
  }

  /** Forgets what no scrape that its axis keeps needs; false when nothing is left. */
  prune(): boolean {
    const scrape = this.axis.start;
    let count = 0;
    while ((this.starts[count + 1] ?? Infinity) <= scrape * 2 + 1) count += 1;
    if (count > 0) {
      this.starts.splice(0, count);
      this.values.splice(0, count);
    }
    if (this.owner.lastScrape < scrape) return false;
    return this.starts.length > 1 || !this.endsWith(0);
  }

  private endsWith(run: number): boolean {
    return ((this.starts[run] ?? 1) & 1) === 1;
  }

  /** The run that scrape number `scrape` falls into; -1 before the first. */
  private runAt(scrape: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] ?? 0) <= scrape * 2 + 1) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
