import { type CounterChange, noChange, readChange } from "./counter-change";
import {
  type LabelSet,
  mergedLabels,
  type SampleWindow,
  type Series,
  type SeriesOwner,
} from "./series";
import { StoredSeries } from "./stored-series";

/** What a histogram counted by a scrape. */
export interface HistogramReading {
  /** For each bound how many values lie between the one before and it: whole numbers. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/** The samples of a whole histogram in a range. */
export interface HistogramWindow {
  /** ms since the epoch, in order. */
  readonly times: readonly number[];
  /** By time, of each bucket all that lies below its bound, then the sum and the count. */
  readonly rows: readonly (readonly number[])[];
}

/** How the buckets of a histogram changed in a range. One object serves many reads. */
export interface BucketChanges {
  /** What all have in common: `count` and times. */
  readonly common: CounterChange;
  /** By place of the bucket: see `CounterChange`. */
  readonly first: number[];
  readonly change: number[];
}

/** A change of one bucket is one number: how much it grew, and which it is. */
const PLACES = 64;

/**
 * A histogram over time: one label set and one list of changes for all of its buckets. Between two
 * scrapes few buckets change where they are not summed up, and only those are kept.
 */
export class HistogramSeries extends StoredSeries {
  private readonly current: number[];
  /** One for each run. */
  private readonly sums: number[] = [];
  /** For each run where its changes end in `changes`. */
  private readonly ends: number[] = [];
  private readonly changes: number[] = [];

  /** @param bounds texts of `le`, rising, the last one `+Inf`; at most 64 */
  constructor(
    owner: SeriesOwner,
    name: string,
    own: LabelSet,
    readonly bounds: readonly string[],
  ) {
    super(owner, name, own);
    if (bounds.length > PLACES) throw new RangeError(`a histogram has at most ${PLACES} buckets`);
    this.current = bounds.map(() => 0);
  }

  /** The value of a label of the histogram as a whole; empty where it is absent. */
  label(name: string): string {
    return this.own[name] ?? this.owner.labels[name] ?? "";
  }

  /** What it counts from scrape number `scrape` on. */
  set(scrape: number, { counts, sum }: HistogramReading): void {
    const { current, changes } = this;
    const before = changes.length;
    for (let place = 0; place < current.length; place += 1) {
      const grown = (counts[place] ?? 0) - (current[place] ?? 0);
      if (grown === 0) continue;
      changes.push(grown * PLACES + place);
      current[place] = counts[place] ?? 0;
    }
    if (this.isLive && changes.length === before && Object.is(this.sums.at(-1), sum)) return;
    this.starts.push(scrape * 2);
    this.sums.push(sum);
    this.ends.push(changes.length);
  }

  /** Each of its lines: the buckets, the sum and the count. */
  lines(): readonly Series[] {
    return Array.from({ length: this.bounds.length + 2 }, (_, place) => this.line(place));
  }

  /** A line by its place: buckets in the order of their bounds, then the sum and the count. */
  line(place: number): Series {
    return new HistogramLine(this, place);
  }

  /** The row that counts at `time`: see `HistogramWindow`. */
  latest(
    time: number,
    lookbackMs: number,
  ): { readonly time: number; readonly row: readonly number[] } | undefined {
    const found = this.latestRun(time, lookbackMs);
    if (!found) return undefined;
    const row = this.rowsOf(found.run, found.run)[0] ?? [];
    return { time: found.time, row };
  }

  /** The samples from `start` to `end`, both included. */
  window(start: number, end: number): HistogramWindow {
    const { times, runs } = this.windowRuns(start, end);
    const [first, last] = [runs[0], runs.at(-1)];
    if (first === undefined || last === undefined) return { times, rows: [] };
    const rows = this.rowsOf(first, last);
    return { times, rows: runs.map((run) => rows[run - first] ?? []) };
  }

  /** Reads into `into` how its buckets changed from `start` to `end`, as counters. */
  bucketChanges(start: number, end: number, into: BucketChanges): void {
    const { common, first, change } = into;
    const runs = this.changedRuns(start, end, common);
    if (!runs) return;
    const [firstRun, lastRun] = runs;
    const counts = this.countsAfter(lastRun);
    const grown = scratch.fill(0);
    const from = this.ends[firstRun] ?? 0;
    for (let index = (this.ends[lastRun] ?? 0) - 1; index >= from; index -= 1) {
      const packed = this.changes[index] ?? 0;
      // What counts less than before may be a reset, of each bucket above it too.
      if (packed < 0) return this.bucketChangesByRow(start, end, into);
      const place = packed % PLACES;
      grown[place] = (grown[place] ?? 0) + (packed - place) / PLACES;
    }
    let [below, more] = [0, 0];
    for (let place = 0; place < this.bounds.length; place += 1) {
      more += grown[place] ?? 0;
      below += (counts[place] ?? 0) - (grown[place] ?? 0);
      first[place] = below;
      change[place] = more;
    }
  }

  private bucketChangesByRow(start: number, end: number, { first, change }: BucketChanges): void {
    const { times, rows } = this.window(start, end);
    const each = noChange();
    for (let place = 0; place < this.bounds.length; place += 1) {
      const values = rows.map((row) => row[place] ?? Number.NaN);
      readChange(times, values, each);
      first[place] = each.first;
      change[place] = each.change;
    }
  }

  /** Reads into `into` how its sum changed from `start` to `end`. */
  sumChange(start: number, end: number, into: CounterChange): void {
    this.changeByRun(start, end, (run) => this.sums[run] ?? Number.NaN, into);
  }

  protected ended(): void {
    this.sums.push(0);
    this.ends.push(this.changes.length);
  }

  protected dropRuns(count: number): void {
    const dropped = this.ends[count - 1] ?? 0;
    this.sums.splice(0, count);
    this.ends.splice(0, count);
    for (let run = 0; run < this.ends.length; run += 1)
      this.ends[run] = (this.ends[run] ?? 0) - dropped;
    this.changes.splice(0, dropped);
  }

  /** The rows of some runs: from what it counts now back to what it counted then. */
  private rowsOf(first: number, last: number): number[][] {
    const counts = this.countsAfter(last);
    const rows: number[][] = [];
    for (let run = last; run >= first; run -= 1) {
      if (run < last) this.takeBack(counts, this.ends[run + 1] ?? 0, this.ends[run] ?? 0);
      rows.push(rowOf(counts, this.sums[run] ?? Number.NaN));
    }
    return rows.reverse();
  }

  /** What its buckets count in a run. */
  private countsAfter(run: number): number[] {
    const counts = [...this.current];
    this.takeBack(counts, this.changes.length, this.ends[run] ?? 0);
    return counts;
  }

  /** Takes changes from `counts`, the last one before `from` first, back to `to`. */
  private takeBack(counts: number[], from: number, to: number): void {
    for (let change = from - 1; change >= to; change -= 1) {
      const packed = this.changes[change] ?? 0;
      const place = ((packed % PLACES) + PLACES) % PLACES;
      counts[place] = (counts[place] ?? 0) - (packed - place) / PLACES;
    }
  }
}

const scratch = new Float64Array(PLACES);

function rowOf(counts: readonly number[], sum: number): number[] {
  const row: number[] = [];
  let below = 0;
  for (const count of counts) row.push((below += count));
  row.push(sum, below);
  return row;
}

const names = new Map<string, { bucket: string; sum: string; count: string }>();

/** The names of the lines of a histogram. */
export function lineNames(family: string): { bucket: string; sum: string; count: string } {
  let known = names.get(family);
  if (!known) {
    known = { bucket: `${family}_bucket`, sum: `${family}_sum`, count: `${family}_count` };
    names.set(family, known);
  }
  return known;
}

/** One line of a histogram, made when somebody asks for it. */
class HistogramLine implements Series {
  private merged: LabelSet | undefined;

  constructor(
    private readonly histogram: HistogramSeries,
    private readonly place: number,
  ) {}

  get source(): HistogramSeries {
    return this.histogram;
  }

  get owner(): SeriesOwner {
    return this.histogram.owner;
  }

  get name(): string {
    const { bucket, sum, count } = lineNames(this.histogram.name);
    const beyond = this.place - this.histogram.bounds.length;
    return beyond < 0 ? bucket : beyond === 0 ? sum : count;
  }

  get own(): LabelSet {
    const le = this.histogram.bounds[this.place];
    return le === undefined ? this.histogram.own : { ...this.histogram.own, le };
  }

  get labels(): LabelSet {
    this.merged ??= mergedLabels(this.name, this.own, this.histogram.owner);
    return this.merged;
  }

  label(name: string): string {
    if (name === "__name__") return this.name;
    if (name === "le") return this.histogram.bounds[this.place] ?? this.histogram.label(name);
    return this.histogram.label(name);
  }

  latest(time: number, lookbackMs: number): { time: number; value: number } | undefined {
    const found = this.histogram.latest(time, lookbackMs);
    return found && { time: found.time, value: found.row[this.place] ?? Number.NaN };
  }

  window(start: number, end: number): SampleWindow {
    const { times, rows } = this.histogram.window(start, end);
    return { times: [...times], values: rows.map((row) => row[this.place] ?? Number.NaN) };
  }

  changeIn(start: number, end: number, into: CounterChange): void {
    if (this.place === this.histogram.bounds.length) {
      this.histogram.sumChange(start, end, into);
      return;
    }
    const { times, values } = this.window(start, end);
    readChange(times, values, into);
  }

  hasSample(start: number, end: number): boolean {
    return this.histogram.hasSample(start, end);
  }
}
