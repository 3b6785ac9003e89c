import type { Series } from "../series";
import { AT_ONCE, type Steps } from "../slices";
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
export interface Moment {
  readonly end: number;
  readonly time: number;
}

export type RangeMoment = (matrix: MatrixExpr) => Moment;

const NO_LABELS = {};
const NONE: readonly number[] = [];

/**
 * The values of `sum by (…) (rate(metric[…]))` and its like by group. Such a query reads more
 * series than any other, and needs the labels of none: of one metric no two can come to be alike
 * without its name. Undefined for an expression of another form.
 */
export function* groupedRange(
  expr: AggregateExpr,
  run: Evaluation,
  at: RangeMoment,
): Steps<readonly { readonly labels: Sample["labels"]; readonly values: number[] }[] | undefined> {
  const form = groupedRangeOf(expr);
  if (!form) return undefined;
  const { series, values } = yield* rangeValues(form, run, at(form.matrix));
  const groups = new Map<string, { labels: Record<string, string>; values: number[] }>();
  for (const [index, each] of series.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
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

/** Equal for ranges that come to the same: they are worked out once in a query. */
export function rangeKey({ call, matrix }: GroupedRange, { end, time }: Moment): string {
  const matchers = matrix.selector.matchers.map(({ label, op, value }) => [label, op, value]);
  return JSON.stringify([call.name, matchers, matrix.range, end, time]);
}

/** Worked out once in a query, however often it is written there. */
function* rangeValues(form: GroupedRange, run: Evaluation, at: Moment): Steps<RangeValues> {
  const { selector } = form.matrix;
  return yield* run.remember(rangeKey(form, at), function* () {
    const series = yield* run.select(selector);
    return { series, values: yield* valuesOf(form, series, run, at) };
  });
}

/** What the function comes to for each series. */
export function* valuesOf(
  { call, matrix: { range } }: GroupedRange,
  series: readonly Series[],
  run: Evaluation,
  { end, time }: Moment,
): Steps<readonly (number | undefined)[]> {
  const overRange = RANGE_FUNCTIONS[call.name];
  const window = { end, range, time };
  const found: (number | undefined)[] = [];
  let samples = 0;
  for (const [index, each] of series.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    const { times, values } = each.window(end - range, end);
    samples += times.length;
    found.push(
      times.length === 0
        ? undefined
        : overRange?.({ labels: NO_LABELS, times, values }, window, NONE),
    );
  }
  run.spend(samples);
  return found;
}
