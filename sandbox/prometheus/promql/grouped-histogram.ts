import type { BucketChanges, HistogramSeries } from "../histogram-series";
import { noChange } from "../counter-change";
import type { LabelSet, LabelSource } from "../series";
import { AT_ONCE, type Steps } from "../slices";
import type { Evaluation } from "./evaluation";
import {
  type GroupedRange,
  groupedRangeOf,
  type Moment,
  rangeKey,
  type RangeMoment,
  setNumber,
  sparseNumbers,
  type SparseNumbers,
  valuesOf,
} from "./grouped-range";
import { labelKey } from "./label-order";
import { CHANGE_FUNCTIONS, RANGE_FUNCTIONS } from "./range-functions";
import type { Expr } from "./syntax";

/** One histogram of a vector: its labels without `le`, and its buckets. */
export interface LabelledHistogram {
  readonly labels: LabelSet;
  /** The text of `le` of each bucket, each once. */
  readonly bounds: readonly string[];
  readonly values: readonly number[];
}

/**
 * The histograms of `sum by (le, …) (rate(metric[…]))`, or of several of those joined by `or`: a
 * quantile of many histograms has twenty buckets for each, and needs no label set for any of them.
 * Undefined for an expression of another form.
 */
export function* groupedHistograms(
  expr: Expr | undefined,
  run: Evaluation,
  at: RangeMoment,
): Steps<readonly LabelledHistogram[] | undefined> {
  const sums = expr && sumsOf(expr);
  if (!sums) return undefined;
  const [only] = sums;
  if (only && sums.length === 1) return yield* histogramsOf(only, run, at(only.matrix));
  const all = new Map<string, SummedHistogram>();
  let looked = 0;
  for (const sum of sums) {
    for (const group of yield* histogramsOf(sum, run, at(sum.matrix))) {
      if (looked++ % AT_ONCE === AT_ONCE - 1) yield;
      const key = labelKey(group.labels);
      const known = all.get(key);
      if (known) known.complete(group);
      else all.set(key, group);
    }
  }
  return [...all.values()];
}

const NO_BOUNDS: readonly string[] = [];

/** What the histograms of a group come to. */
class SummedHistogram implements LabelledHistogram {
  bounds: readonly string[] = NO_BOUNDS;
  readonly values: number[] = [];

  constructor(readonly labels: LabelSet) {}

  /** Adds a whole histogram: `numbers` from index `from` on, by its bounds. */
  add(bounds: readonly string[], { values, present }: SparseNumbers, from: number): void {
    if (this.bounds === NO_BOUNDS && !present.subarray(from, from + bounds.length).includes(0)) {
      this.bounds = bounds;
    }
    for (const [place, le] of bounds.entries()) {
      if (!present[from + place]) continue;
      // Those of a group nearly always have the same bounds in the same order.
      const own = this.bounds[place] === le ? place : this.placeOf(le);
      this.values[own] = (this.values[own] ?? 0) + (values[from + place] ?? Number.NaN);
    }
  }

  /** Of `or` the left side comes first: of the right one only what is not there yet. */
  complete(other: LabelledHistogram): void {
    for (const [place, le] of other.bounds.entries()) {
      if (this.bounds.includes(le)) continue;
      this.values[this.placeOf(le)] = other.values[place] ?? Number.NaN;
    }
  }

  private placeOf(le: string): number {
    const place = this.bounds.indexOf(le);
    if (place >= 0) return place;
    this.bounds = [...this.bounds, le];
    return this.bounds.length - 1;
  }
}

interface BucketSum extends GroupedRange {
  /** What is summed by, `le` apart. */
  readonly names: readonly string[];
}

function sumsOf(expr: Expr): readonly BucketSum[] | undefined {
  if (expr.type === "binary") {
    const { op, matching, left, right } = expr;
    if (op !== "or" || matching.on || matching.labels.length > 0) return undefined;
    const [before, after] = [sumsOf(left), sumsOf(right)];
    return before && after && [...before, ...after];
  }
  if (expr.type !== "aggregate" || expr.op !== "sum") return undefined;
  const form = groupedRangeOf(expr);
  if (!form || !expr.grouping.includes("le")) return undefined;
  if (form.matrix.selector.matchers.some(({ label }) => label === "le")) return undefined;
  return [{ ...form, names: expr.grouping.filter((name) => name !== "le") }];
}

/** Buckets of many sources, with what the range came to for each: those of one source in a row. */
interface Buckets extends SparseNumbers {
  readonly sources: readonly { readonly source: LabelSource; readonly bounds: readonly string[] }[];
}

function* histogramsOf(
  sum: BucketSum,
  run: Evaluation,
  at: Moment,
): Steps<readonly SummedHistogram[]> {
  const buckets = yield* run.remember(`whole ${rangeKey(sum, at)}`, () => bucketsOf(sum, run, at));
  const grouping = run.grouping(sum.names);
  const groups = new Map<number, SummedHistogram>();
  let from = 0;
  for (const [index, { source, bounds }] of buckets.sources.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    const first = from;
    from += bounds.length;
    if (!buckets.present.subarray(first, from).includes(1)) continue;
    const number = grouping.groupOf(source);
    let group = groups.get(number);
    if (!group) {
      group = new SummedHistogram(grouping.labelsOf(number));
      groups.set(number, group);
    }
    group.add(bounds, buckets, first);
  }
  return [...groups.values()];
}

function* bucketsOf(sum: BucketSum, run: Evaluation, at: Moment): Steps<Buckets> {
  const { numbers, histograms } = yield* run.selectWhole(sum.matrix.selector);
  const single = yield* valuesOf(sum, numbers, run, at);
  const count = histograms.reduce((total, { bounds }) => total + bounds.length, numbers.length);
  const found = sparseNumbers(count);
  found.values.set(single.values);
  found.present.set(single.present);
  const reader = new BucketReader(sum, run, at);
  let from = numbers.length;
  for (const [index, histogram] of histograms.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    reader.read(histogram, found, from);
    from += histogram.bounds.length;
  }
  return {
    ...found,
    sources: [
      ...numbers.map((series) => ({ source: series.source, bounds: [series.label("le")] })),
      ...histograms.map((source) => ({ source, bounds: source.bounds })),
    ],
  };
}

/** What a function comes to for each bucket of a histogram, all of which are read at once. */
class BucketReader {
  private readonly changes: BucketChanges = { common: noChange(), first: [], change: [] };

  constructor(
    private readonly sum: BucketSum,
    private readonly run: Evaluation,
    private readonly at: Moment,
  ) {}

  /** Sets the numbers from index `from` on. */
  read(histogram: HistogramSeries, into: SparseNumbers, from: number): void {
    const { call, matrix } = this.sum;
    const { end, time } = this.at;
    const window = { end, range: matrix.range, time };
    const { length } = histogram.bounds;
    const ofChange = CHANGE_FUNCTIONS[call.name];
    if (ofChange) {
      const { common, first, change } = this.changes;
      histogram.bucketChanges(end - matrix.range, end, this.changes);
      this.run.spend(common.count * length);
      for (let place = 0; place < length; place += 1) {
        common.first = first[place] ?? Number.NaN;
        common.change = change[place] ?? Number.NaN;
        setNumber(into, from + place, ofChange(common, window));
      }
      return;
    }
    const { times, rows } = histogram.window(end - matrix.range, end);
    this.run.spend(times.length * length);
    const overRange = RANGE_FUNCTIONS[call.name];
    if (times.length === 0 || !overRange) return;
    for (let place = 0; place < length; place += 1) {
      const values = rows.map((row) => row[place] ?? Number.NaN);
      setNumber(into, from + place, overRange({ labels: {}, times, values }, window, []));
    }
  }
}
