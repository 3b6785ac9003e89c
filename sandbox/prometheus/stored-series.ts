import type { CounterChange } from "./counter-change";
import type { ScrapeAxis } from "./scrape-axis";
import type { LabelSet, SeriesOwner } from "./series";

/**
 * What a target exposes under one name and label set, over time. Only changes are kept: between two
 * of them every scrape of the owner saw the same, so what is idle costs nothing, and a scrape does
 * not touch it.
 */
export abstract class StoredSeries {
  /** Of each run twice the number of its first scrape, plus one where the series ended there. */
  protected readonly starts: number[] = [];

  /** @param own labels as the target exposes them, without name and target labels */
  constructor(
    readonly owner: SeriesOwner,
    readonly name: string,
    readonly own: LabelSet,
  ) {}

  protected get axis(): ScrapeAxis {
    return this.owner.axis;
  }

  /** Whether its target exposed it at its latest scrape. */
  get isLive(): boolean {
    const last = this.starts.at(-1);
    return last !== undefined && (last & 1) === 0;
  }

  /** Prometheus' staleness marker: from this scrape on the series is absent at once. */
  end(scrape: number): void {
    if (!this.isLive) return;
    this.starts.push(scrape * 2 + 1);
    this.ended();
  }

  /** The numbers of the first and last scrape from `start` to `end`, both included. */
  protected scrapes(start: number, end: number): readonly [first: number, last: number] {
    const last = Math.min(this.axis.lowerBound(end + 1) - 1, this.owner.lastScrape);
    return [this.axis.lowerBound(start), last];
  }

  /** The run and time of the sample that counts at `time`; undefined where there is none. */
  protected latestRun(
    time: number,
    lookbackMs: number,
  ): { readonly time: number; readonly run: number } | undefined {
    const scrape = Math.min(this.axis.lowerBound(time + 1) - 1, this.owner.lastScrape);
    const run = this.runAt(scrape);
    if (run < 0 || this.endsWith(run)) return undefined;
    const at = this.axis.timeOf(scrape);
    return time - at <= lookbackMs ? { time: at, run } : undefined;
  }

  /** The times of the samples from `start` to `end`, and the run of each. */
  protected windowRuns(
    start: number,
    end: number,
  ): { readonly times: number[]; readonly runs: number[] } {
    const times: number[] = [];
    const runs: number[] = [];
    const [first, last] = this.scrapes(start, end);
    let run = this.runAt(first);
    for (let scrape = first; scrape <= last; scrape += 1) {
      while ((this.starts[run + 1] ?? Infinity) < scrape * 2 + 2) run += 1;
      if (run < 0 || this.endsWith(run)) continue;
      times.push(this.axis.timeOf(scrape));
      runs.push(run);
    }
    return { times, runs };
  }

  /**
   * The runs with samples from `start` to `end`, as `count` and times of `into`, which holds them
   * without their values: the first and last run; undefined where there is no sample.
   */
  protected changedRuns(
    start: number,
    end: number,
    into: CounterChange,
  ): readonly [first: number, last: number] | undefined {
    const [first, last] = this.scrapes(start, end);
    into.count = 0;
    let [firstRun, lastRun] = [-1, -1];
    for (let run = Math.max(0, this.runAt(first)); run < this.starts.length; run += 1) {
      const begin = Math.max(first, (this.starts[run] ?? 0) >> 1);
      if (begin > last) break;
      const next = this.starts[run + 1];
      const until = next === undefined ? last : Math.min(last, (next >> 1) - 1);
      if (until < begin || this.endsWith(run)) continue;
      if (firstRun < 0) {
        firstRun = run;
        into.firstTime = this.axis.timeOf(begin);
      }
      lastRun = run;
      into.lastTime = this.axis.timeOf(until);
      into.count += until - begin + 1;
    }
    return firstRun < 0 ? undefined : [firstRun, lastRun];
  }

  /** Reads into `into` how a counter changed, of which `valueOf` tells the value in a run. */
  protected changeByRun(
    start: number,
    end: number,
    valueOf: (run: number) => number,
    into: CounterChange,
  ): void {
    const runs = this.changedRuns(start, end, into);
    if (!runs) return;
    const [firstRun, lastRun] = runs;
    into.first = valueOf(firstRun);
    into.change = valueOf(lastRun) - into.first;
    let before = into.first;
    for (let run = firstRun + 1; run <= lastRun; run += 1) {
      if (this.endsWith(run)) continue;
      const value = valueOf(run);
      if (value < before) into.change += before;
      before = value;
    }
  }

  /** Whether there is a sample from `start` to `end`. */
  hasSample(start: number, end: number): boolean {
    const [first, last] = this.scrapes(start, end);
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
      this.dropRuns(count);
    }
    if (this.owner.lastScrape < scrape) return false;
    return this.starts.length > 1 || !this.endsWith(0);
  }

  /** Called after a run without a value was begun. */
  protected abstract ended(): void;

  /** Called after the first runs were dropped. */
  protected abstract dropRuns(count: number): void;

  protected endsWith(run: number): boolean {
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
