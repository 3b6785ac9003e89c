import type { LabelSet } from "../series";
import { AT_ONCE, type Steps } from "../slices";
import { aggregate } from "./aggregate";
import { binary } from "./binary";
import type { Evaluation } from "./evaluation";
import { groupedHistograms } from "./grouped-histogram";
import { groupedRange, type RangeMoment } from "./grouped-range";
import { quantileOfEach } from "./histogram";
import { INSTANT_FUNCTIONS } from "./instant-functions";
import { labelKey } from "./label-order";
import type { LabelMatcher } from "./matcher";
import { PromqlError } from "./promql-error";
import { RANGE_FUNCTIONS } from "./range-functions";
import type {
  AggregateExpr,
  CallExpr,
  Expr,
  MatrixExpr,
  SelectorExpr,
  SubqueryExpr,
  TimeShift,
} from "./syntax";
import {
  type RangeSeries,
  type Sample,
  scalar,
  type Value,
  vector,
  wanted,
  withoutName,
} from "./value";

/** How far back an instant selector looks for the newest sample, in ms (Prometheus' default). */
const LOOKBACK_MS = 300_000;
const DEFAULT_SUBQUERY_STEP_MS = 60_000;

/** The value of `expr` at `time` (ms since the epoch). @throws PromqlError */
export function* evaluate(expr: Expr, time: number, run: Evaluation): Steps<Value> {
  switch (expr.type) {
    case "number":
      return scalar(expr.value);
    case "string":
      return { type: "string", value: expr.value };
    case "negate":
      return yield* negate(yield* evaluate(expr.expr, time, run));
    case "selector": {
      const found = yield* instant(expr, time, run);
      return vector(found.map(({ labels, value }) => ({ labels, value })));
    }
    case "matrix":
      return yield* range(expr, time, run);
    case "subquery":
      return yield* subquery(expr, time, run);
    case "binary": {
      const left = yield* evaluate(expr.left, time, run);
      return binary(expr, left, yield* evaluate(expr.right, time, run));
    }
    case "aggregate":
      return yield* aggregation(expr, time, run);
    case "call":
      return yield* call(expr, time, run);
  }
}

function* negate(value: Value): Steps<Value> {
  if (value.type === "scalar") return scalar(-value.value);
  const { samples } = wanted(value, "vector");
  return yield* distinct(
    samples.map((sample) => ({ labels: withoutName(sample.labels), value: -sample.value })),
  );
}

/** A vector of which no two samples may have the same labels. @throws PromqlError */
function* distinct(samples: readonly Sample[]): Steps<Value> {
  const seen = new Set<string>();
  for (const [index, { labels }] of samples.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    const key = labelKey(labels);
    if (seen.has(key)) {
      throw new PromqlError("execution", "vector cannot contain metrics with the same labelset");
    }
    seen.add(key);
  }
  return vector(samples);
}

/** Where a selector looks when the query is evaluated at `time`. */
function shifted({ at, offset }: TimeShift, time: number, run: Evaluation): number {
  const edges = { start: run.start, end: run.end };
  const base = at === undefined ? time : typeof at === "number" ? at : edges[at];
  return base - offset;
}

interface StampedSample extends Sample {
  readonly at: number;
}

function* instant(expr: SelectorExpr, time: number, run: Evaluation): Steps<StampedSample[]> {
  const at = shifted(expr, time, run);
  const found: StampedSample[] = [];
  for (const [index, series] of (yield* run.select(expr)).entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    const latest = series.latest(at, LOOKBACK_MS);
    if (latest) found.push({ labels: series.labels, value: latest.value, at: latest.time });
  }
  run.spend(found.length);
  return found;
}

function* range(expr: MatrixExpr, time: number, run: Evaluation): Steps<Value> {
  const end = shifted(expr.selector, time, run);
  const series: RangeSeries[] = [];
  let samples = 0;
  for (const [index, each] of (yield* run.select(expr.selector)).entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield;
    const { times, values } = each.window(end - expr.range, end);
    if (times.length > 0) series.push({ labels: each.labels, times, values });
    samples += times.length;
  }
  run.spend(samples);
  return { type: "matrix", series, range: expr.range, end };
}

function* subquery(expr: SubqueryExpr, time: number, run: Evaluation): Steps<Value> {
  const end = shifted(expr, time, run);
  const step = expr.step || DEFAULT_SUBQUERY_STEP_MS;
  // Subqueries are aligned to multiples of their step, so that they are stable over time.
  let at = Math.floor((end - expr.range) / step) * step;
  if (at < end - expr.range) at += step;
  const all = new Map<string, { labels: LabelSet; times: number[]; values: number[] }>();
  for (; at <= end; at += step) {
    yield;
    const { samples } = wanted(yield* evaluate(expr.expr, at, run), "vector");
    for (const { labels, value } of samples) {
      const key = labelKey(labels);
      const series = all.get(key) ?? { labels, times: [], values: [] };
      series.times.push(at);
      series.values.push(value);
      all.set(key, series);
    }
  }
  return { type: "matrix", series: [...all.values()], range: expr.range, end };
}

const momentOf =
  (time: number, run: Evaluation): RangeMoment =>
  ({ selector }) => ({ end: shifted(selector, time, run), time });

function* aggregation(expr: AggregateExpr, time: number, run: Evaluation): Steps<Value> {
  const grouped = yield* groupedRange(expr, run, momentOf(time, run));
  if (grouped) return vector(grouped);
  const { samples } = wanted(yield* evaluate(expr.expr, time, run), "vector");
  const parameter = expr.parameter && (yield* evaluate(expr.parameter, time, run));
  const plain =
    parameter && (parameter.type === "string" ? parameter : wanted(parameter, "scalar"));
  return vector(yield* aggregate(expr, samples, plain?.value));
}

function* call(expr: CallExpr, time: number, run: Evaluation): Steps<Value> {
  const special = SPECIAL[expr.name];
  if (special) return yield* special(expr, time, run);
  if (expr.name === "histogram_quantile") {
    const [quantile, buckets] = expr.args;
    const histograms = yield* groupedHistograms(buckets, run, momentOf(time, run));
    if (quantile && histograms) {
      const { value } = wanted(yield* evaluate(quantile, time, run), "scalar");
      return vector(yield* quantileOfEach(value, histograms));
    }
  }
  const args: Value[] = [];
  for (const arg of expr.args) args.push(yield* evaluate(arg, time, run));
  const overRange = RANGE_FUNCTIONS[expr.name];
  if (overRange) {
    const matrix = wanted(
      args.find(({ type }) => type === "matrix"),
      "matrix",
    );
    const parameters = args.flatMap((arg) => (arg.type === "scalar" ? arg.value : []));
    checkSmoothing(expr.name, parameters);
    const window = { end: matrix.end, range: matrix.range, time };
    const keepsName = expr.name === "last_over_time";
    const samples: Sample[] = [];
    for (const [index, series] of matrix.series.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) yield;
      const value = overRange(series, window, parameters);
      const labels = keepsName ? series.labels : withoutName(series.labels);
      if (value !== undefined) samples.push({ labels, value });
    }
    return yield* distinct(samples);
  }
  const plain = INSTANT_FUNCTIONS[expr.name];
  if (!plain) throw new PromqlError("bad_data", `function "${expr.name}" is not supported`);
  const value = plain(args, time);
  return value.type === "vector" ? yield* distinct(value.samples) : value;
}

function checkSmoothing(name: string, [smoothing = 0, trend = 0]: readonly number[]): void {
  if (name !== "double_exponential_smoothing") return;
  for (const [what, factor] of [
    ["smoothing", smoothing],
    ["trend", trend],
  ] as const) {
    if (!(factor > 0 && factor < 1)) {
      throw new PromqlError(
        "execution",
        `invalid ${what} factor. Expected: 0 < ${what === "trend" ? "tf" : "sf"} < 1, got: ${factor}`,
      );
    }
  }
}

type SpecialFunction = (expr: CallExpr, time: number, run: Evaluation) => Steps<Value>;

const absent: SpecialFunction = function* ({ args: [arg] }, time, run) {
  const value = arg && (yield* evaluate(arg, time, run));
  const found =
    value?.type === "matrix" ? value.series.length : wanted(value, "vector").samples.length;
  return vector(found > 0 ? [] : [{ labels: equalities(arg), value: 1 }]);
};

/** Functions that must see their argument's expression and not only its value. */
const SPECIAL: Readonly<Record<string, SpecialFunction>> = {
  absent,
  absent_over_time: absent,
  *timestamp({ args: [arg] }, time, run) {
    const samples =
      arg?.type === "selector"
        ? yield* instant(arg, time, run)
        : wanted(arg && (yield* evaluate(arg, time, run)), "vector").samples.map((sample) => ({
            ...sample,
            at: time,
          }));
    return yield* distinct(
      samples.map(({ labels, at }) => ({ labels: withoutName(labels), value: at / 1_000 })),
    );
  },
};

/** The labels that a selector demands by `=` alone: what `absent` can say of the missing series. */
function equalities(expr: Expr | undefined): LabelSet {
  const selector = expr?.type === "matrix" ? expr.selector : expr;
  if (selector?.type !== "selector") return {};
  const byLabel = new Map<string, LabelMatcher[]>();
  for (const matcher of selector.matchers) {
    byLabel.set(matcher.label, [...(byLabel.get(matcher.label) ?? []), matcher]);
  }
  const labels: Record<string, string> = {};
  for (const [label, [only, ...others]] of byLabel) {
    if (label !== "__name__" && only?.op === "=" && others.length === 0) labels[label] = only.value;
  }
  return labels;
}
