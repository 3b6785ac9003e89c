import type { LabelSet, Series } from "../series";
import type { Evaluation } from "./evaluation";
import { type GroupedRange, groupedRangeOf, rangeValues, type RangeMoment } from "./grouped-range";
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
export function groupedHistograms(
  expr: Expr | undefined,
  run: Evaluation,
  at: RangeMoment,
): readonly LabelledHistogram[] | undefined {
  const sums = expr && sumsOf(expr);
  if (!sums) return undefined;
  const all = new Map<string, Group>();
  for (const sum of sums) {
    for (const [key, group] of histogramsOf(sum, run, at)) {
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
  return [{ ...form, names: expr.grouping.filter((name) => name !== "le") }];
}

function histogramsOf(
  sum: BucketSum,
  run: Evaluation,
  at: RangeMoment,
): ReadonlyMap<string, Group> {
  const { series, values } = rangeValues(sum, run, at(sum.matrix));
  const { names } = sum;
  const sorted = [...new Set(names)].sort();
  const groups = new Map<string, Group>();
  const last: string[] = [];
  let group: Group | undefined;
  for (const [index, each] of series.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    // The buckets of one histogram follow each other.
    if (!group || !isAlike(each, names, last)) {
      for (const [place, name] of names.entries()) last[place] = each.label(name);
      let key = "";
      for (const name of sorted) {
        const text = each.label(name);
        if (text) key += `${name}\u0001${text}\u0002`;
      }
      group = groups.get(key);
      if (!group) {
        group = { labels: labelsOf(names, last), buckets: new Map() };
        groups.set(key, group);
      }
    }
    const le = each.label("le");
    group.buckets.set(le, (group.buckets.get(le) ?? 0) + value);
  }
  return groups;
}

function isAlike(series: Series, names: readonly string[], values: readonly string[]): boolean {
  for (let place = 0; place < names.length; place += 1) {
    if (series.label(names[place] ?? "") !== values[place]) return false;
  }
  return true;
}

function labelsOf(names: readonly string[], values: readonly string[]): LabelSet {
  const labels: Record<string, string> = {};
  for (const [place, name] of names.entries()) {
    const value = values[place];
    if (value) labels[name] = value;
  }
  return labels;
}
