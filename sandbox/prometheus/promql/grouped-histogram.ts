import type { HistogramSeries } from "../histogram-series";
import type { LabelSet } from "../series";
import { AT_ONCE, type Steps } from "../slices";
import type { Evaluation } from "./evaluation";
import {
  type GroupedRange,
  groupedRangeOf,
  type Moment,
  rangeKey,
  type RangeMoment,
  valuesOf,
} from "./grouped-range";
import { RANGE_FUNCTIONS } from "./range-functions";
import type { Expr } from "./syntax";

/** One histogram of a vector: its labels without `le`, and its buckets by the text of `le`. */
export interface LabelledHistogram {
  readonly labels: LabelSet;
  readonly buckets: ReadonlyMap<string, number>;
}

interface Group {
  readonly labels: LabelSet;
  readonly buckets: Map<string, number>;
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
  const all = new Map<string, Group>();
  for (const sum of sums) {
    for (const [key, group] of yield* histogramsOf(sum, run, at(sum.matrix))) {
      const known = all.get(key);
      if (known) complete(known, group);
      else all.set(key, group);
    }
  }
  return [...all.values()];
}

/** Of `or` the left side comes first: of the right one only what is not there yet. */
function complete(known: Group, other: Group): void {
  for (const [le, value] of other.buckets) if (!known.buckets.has(le)) known.buckets.set(le, value);
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

/** A histogram, or a single bucket, as far as it is grouped. */
interface Labelled {
  label(name: string): string;
}

/** Some buckets of one source, with what the range came to for each. */
interface Part {
  readonly source: Labelled;
  readonly bounds: readonly string[];
  readonly values: readonly (number | undefined)[];
}

function* histogramsOf(
  sum: BucketSum,
  run: Evaluation,
  at: Moment,
): Steps<ReadonlyMap<string, Group>> {
  const parts = yield* run.remember(`whole ${rangeKey(sum, at)}`, () => partsOf(sum, run, at));
  const { names } = sum;
  const sorted = [...new Set(names)].sort();
  const groups = new Map<string, Group>();
  for (const [index, { source, bounds, values }] of parts.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    let key = "";
    for (const name of sorted) {
      const text = source.label(name);
      if (text) key += `${name}\u0001${text}\u0002`;
    }
    let group = groups.get(key);
    for (const [place, le] of bounds.entries()) {
      const value = values[place];
      if (value === undefined) continue;
      if (!group) {
        group = { labels: labelsOf(names, source), buckets: new Map() };
        groups.set(key, group);
      }
      group.buckets.set(le, (group.buckets.get(le) ?? 0) + value);
    }
  }
  return groups;
}

function* partsOf(sum: BucketSum, run: Evaluation, at: Moment): Steps<readonly Part[]> {
  const { numbers, histograms } = yield* run.selectWhole(sum.matrix.selector);
  const values = yield* valuesOf(sum, numbers, run, at);
  const parts: Part[] = numbers.map((source, index) => ({
    source,
    bounds: [source.label("le")],
    values: [values[index]],
  }));
  for (const [index, source] of histograms.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    parts.push({ source, bounds: source.bounds, values: bucketValues(sum, source, run, at) });
  }
  return parts;
}

/** What the function comes to for each bucket of a histogram, of which all samples are read at once. */
function bucketValues(
  { call, matrix: { range } }: BucketSum,
  histogram: HistogramSeries,
  run: Evaluation,
  { end, time }: Moment,
): readonly (number | undefined)[] {
  const { times, rows } = histogram.window(end - range, end);
  run.spend(times.length * histogram.bounds.length);
  const overRange = RANGE_FUNCTIONS[call.name];
  if (times.length === 0 || !overRange) return [];
  const window = { end, range, time };
  const values: number[] = [];
  return histogram.bounds.map((_, place) => {
    for (const [index, row] of rows.entries()) values[index] = row[place] ?? Number.NaN;
    return overRange({ labels: {}, times, values }, window, []);
  });
}

function labelsOf(names: readonly string[], source: Labelled): LabelSet {
  const labels: Record<string, string> = {};
  for (const name of names) {
    const value = source.label(name);
    if (value) labels[name] = value;
  }
  return labels;
}
