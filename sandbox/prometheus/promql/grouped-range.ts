import type { Series } from "../series";
import type { Evaluation } from "./evaluation";
import { RANGE_FUNCTIONS } from "./range-functions";
import type { AggregateExpr, CallExpr, MatrixExpr } from "./syntax";
import type { Sample } from "./value";

/** What a function of a range came to for each series of a selector; undefined where it has none. */
interface RangeValues {
  readonly series: readonly Series[];
  readonly values: readonly (number | undefined)[];
}

/** The range function of one metric below an aggregation, such as `rate(requests[1m])`. */
export interface GroupedRange {
  readonly call: CallExpr;
  readonly matrix: MatrixExpr;
}

/** When a range is looked at: its right edge and the evaluation time, in ms since the epoch. */
export type RangeMoment = (matrix: MatrixExpr) => { readonly end: number; readonly time: number };

const NO_LABELS = {};
const NONE: readonly number[] = [];

/**
 * The values of `sum by (…) (rate(metric[…]))` and its like by group. Such a query reads more
 * series than any other, and needs the labels of none: of one metric no two can come to be alike
 * without its name. Undefined for an expression of another form.
 */
export function groupedRange(
  expr: AggregateExpr,
  run: Evaluation,
  at: RangeMoment,
): readonly { readonly labels: Sample["labels"]; readonly values: number[] }[] | undefined {
  const form = groupedRangeOf(expr);
  if (!form) return undefined;
  const { series, values } = rangeValues(form, run, at(form.matrix));
  const groups = new Map<string, { labels: Record<string, string>; values: number[] }>();
  for (const [index, each] of series.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    let key = "";
    for (const name of expr.grouping) key += `${each.label(name)}\u0001`;
    let group = groups.get(key);
    if (!group) {
      group = { labels: labelsOf(each, expr.grouping), values: [] };
      groups.set(key, group);
    }
    group.values.push(value);
  }
  return [...groups.values()];
}

function labelsOf(series: Series, names: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const name of names) {
    const value = series.label(name);
    if (value) labels[name] = value;
  }
  return labels;
}

/** Undefined for an aggregation of another form, or one that needs the labels of its series. */
export function groupedRangeOf(aggregate: AggregateExpr): GroupedRange | undefined {
  const { expr, grouping, without, parameter } = aggregate;
  if (without || parameter || expr.type !== "call") return undefined;
  // Most functions drop the name, and who groups by it must see that.
  if (grouping.includes("__name__")) return undefined;
  const [matrix] = expr.args;
  if (expr.args.length !== 1 || matrix?.type !== "matrix") return undefined;
  const ofOneMetric = matrix.selector.matchers.some(
    ({ label, op }) => label === "__name__" && op === "=",
  );
  return ofOneMetric && RANGE_FUNCTIONS[expr.name] ? { call: expr, matrix } : undefined;
}

/** Worked out once in a query, however often it is written there. */
export function rangeValues(
  { call, matrix }: GroupedRange,
  run: Evaluation,
  { end, time }: { readonly end: number; readonly time: number },
): RangeValues {
  const matchers = matrix.selector.matchers.map(({ label, op, value }) => [label, op, value]);
  const key = JSON.stringify([call.name, matchers, matrix.range, end, time]);
  return run.remember(key, () => {
    const overRange = RANGE_FUNCTIONS[call.name];
    const series = run.select(matrix.selector);
    let samples = 0;
    const window = { end, range: matrix.range, time };
    const values = series.map((each) => {
      const { times, values: all } = each.window(end - matrix.range, end);
      samples += times.length;
      return times.length === 0
        ? undefined
        : overRange?.({ labels: NO_LABELS, times, values: all }, window, NONE);
    });
    run.spend(samples);
    return { series, values };
  });
}
