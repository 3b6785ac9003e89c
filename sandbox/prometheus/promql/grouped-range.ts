import { noChange } from "../counter-change";
import type { Series } from "../series";
import { AT_ONCE, type Steps } from "../slices";
import { reduceGroups } from "./aggregate";
import type { Evaluation } from "./evaluation";
import { CHANGE_FUNCTIONS, RANGE_FUNCTIONS } from "./range-functions";
import type { AggregateExpr, CallExpr, MatrixExpr } from "./syntax";
import type { Sample } from "./value";

/** Numbers of which some are absent. */
export interface SparseNumbers {
  readonly values: Float64Array;
  /** Not zero where there is a value. */
  readonly present: Uint8Array;
}

/** What a function of a range came to for each series of a selector. */
interface RangeValues extends SparseNumbers {
  readonly series: readonly Series[];
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
 * `sum by (…) (rate(metric[…]))` and its like. Such a query reads more series than any other, and
 * needs the labels of none: of one metric no two can come to be alike without its name. Undefined
 * for an expression of another form. @throws PromqlError
 */
export function* groupedRange(
  expr: AggregateExpr,
  run: Evaluation,
  at: RangeMoment,
): Steps<readonly Sample[] | undefined> {
  const form = groupedRangeOf(expr);
  if (!form) return undefined;
  const { series, values, present } = yield* rangeValues(form, run, at(form.matrix));
  const grouping = run.grouping(expr.grouping);
  const byBound = expr.grouping.includes("le");
  /** The values of each group; of a sum, which most queries are, what they come to. */
  const groups = new Map<number, number[]>();
  const adds = expr.op === "sum";
  for (const [index, each] of series.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    if (!present[index]) continue;
    const value = values[index] ?? Number.NaN;
    const group = grouping.groupOf(byBound ? each : each.source);
    const known = groups.get(group);
    if (!known) groups.set(group, [value]);
    else if (adds) known[0] = (known[0] ?? 0) + value;
    else known.push(value);
  }
  return reduceGroups(
    expr.op,
    [...groups].map(([group, all]) => ({ labels: grouping.labelsOf(group), values: all })),
  );
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
    return { series, ...(yield* valuesOf(form, series, run, at)) };
  });
}

/** What the function comes to for each series. */
export function* valuesOf(
  { call, matrix: { range } }: GroupedRange,
  series: readonly Series[],
  run: Evaluation,
  { end, time }: Moment,
): Steps<SparseNumbers> {
  const ofChange = CHANGE_FUNCTIONS[call.name];
  const overRange = RANGE_FUNCTIONS[call.name];
  const window = { end, range, time };
  const found = sparseNumbers(series.length);
  const change = noChange();
  let samples = 0;
  for (const [index, each] of series.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    let value: number | undefined;
    if (ofChange) {
      each.changeIn(end - range, end, change);
      samples += change.count;
      value = ofChange(change, window);
    } else {
      const { times, values } = each.window(end - range, end);
      samples += times.length;
      if (times.length > 0) value = overRange?.({ labels: NO_LABELS, times, values }, window, NONE);
    }
    setNumber(found, index, value);
  }
  run.spend(samples);
  return found;
}

export const sparseNumbers = (length: number): SparseNumbers => ({
  values: new Float64Array(length),
  present: new Uint8Array(length),
});

/** Sets what is absent before. */
export function setNumber(
  { values, present }: SparseNumbers,
  index: number,
  value: number | undefined,
): void {
  if (value === undefined) return;
  values[index] = value;
  present[index] = 1;
}
