import { labelKey, type TimeSeriesStore } from "../time-series-store";
import { aggregate } from "./aggregate";
import { binary } from "./binary";
import { INSTANT_FUNCTIONS } from "./instant-functions";
import { PromqlError } from "./promql-error";
import { RANGE_FUNCTIONS, RANGE_PARAMETER } from "./range-functions";
import type {
  AggregateExpr,
  CallExpr,
  Expr,
  MatrixExpr,
  SelectorExpr,
  SubqueryExpr,
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

/** What one evaluation needs besides the expression. Times are ms since the epoch. */
export interface Evaluation {
  readonly store: TimeSeriesStore;
  /** The edges of the whole query, which `@ start()` and `@ end()` mean. */
  readonly start: number;
  readonly end: number;
}

/** The value of `expr` at `time` (ms since the epoch). @throws PromqlError */
export function evaluate(expr: Expr, time: number, run: Evaluation): Value {
  switch (expr.type) {
    case "number":
      return scalar(expr.value);
    case "string":
      return { type: "string", value: expr.value };
    case "negate":
      return negate(evaluate(expr.expr, time, run));
    case "selector":
      return vector(instant(expr, time, run));
    case "matrix":
      return range(expr, time, run);
    case "subquery":
      return subquery(expr, time, run);
    case "binary":
      return binary(expr, evaluate(expr.left, time, run), evaluate(expr.right, time, run));
    case "aggregate":
      return aggregation(expr, time, run);
    case "call":
      return call(expr, time, run);
  }
}

function negate(value: Value): Value {
  if (value.type === "scalar") return scalar(-value.value);
  const { samples } = wanted(value, "vector", "unary expression");
  return vector(
    samples.map((sample) => ({ labels: withoutName(sample.labels), value: -sample.value })),
  );
}

/** Where a selector looks when the query is evaluated at `time`. */
function shifted(
  { at, offset }: Pick<SelectorExpr, "at" | "offset">,
  time: number,
  run: Evaluation,
): number {
  const edges = { start: run.start, end: run.end };
  const base = at === undefined ? time : typeof at === "number" ? at : edges[at];
  return base - offset;
}

function instant(expr: SelectorExpr, time: number, run: Evaluation): Sample[] {
  const at = shifted(expr, time, run);
  const found: Sample[] = [];
  for (const { labels, samples } of run.store.select(expr.matchers)) {
    const index = samples.lowerBound(at + 1) - 1;
    if (index < 0 || samples.timeAt(index) < at - LOOKBACK_MS || samples.endsAt(index)) continue;
    found.push({ labels, value: samples.valueAt(index) });
  }
  return found;
}

function range(expr: MatrixExpr, time: number, run: Evaluation): Value {
  const end = shifted(expr.selector, time, run);
  const start = end - expr.range;
  const series: RangeSeries[] = [];
  for (const { labels, samples } of run.store.select(expr.selector.matchers)) {
    const times: number[] = [];
    const values: number[] = [];
    for (
      let i = samples.lowerBound(start);
      i < samples.length && samples.timeAt(i) <= end;
      i += 1
    ) {
      if (samples.endsAt(i)) continue;
      times.push(samples.timeAt(i));
      values.push(samples.valueAt(i));
    }
    if (times.length > 0) series.push({ labels, times, values });
  }
  return { type: "matrix", series, range: expr.range, end };
}

function subquery(expr: SubqueryExpr, time: number, run: Evaluation): Value {
  const end = shifted(expr, time, run);
  const step = expr.step || DEFAULT_SUBQUERY_STEP_MS;
  // Subqueries are aligned to multiples of their step, so that they are stable over time.
  let at = Math.floor((end - expr.range) / step) * step;
  if (at < end - expr.range) at += step;
  const all = new Map<string, { labels: Sample["labels"]; times: number[]; values: number[] }>();
  for (; at <= end; at += step) {
    const value = evaluate(expr.expr, at, run);
    const samples =
      value.type === "scalar"
        ? [{ labels: {}, value: value.value }]
        : wanted(value, "vector", "subquery").samples;
    for (const { labels, value: number } of samples) {
      const key = labelKey(labels);
      const series = all.get(key) ?? { labels, times: [], values: [] };
      series.times.push(at);
      series.values.push(number);
      all.set(key, series);
    }
  }
  return { type: "matrix", series: [...all.values()], range: expr.range, end };
}

function aggregation(expr: AggregateExpr, time: number, run: Evaluation): Value {
  const { samples } = wanted(
    evaluate(expr.expr, time, run),
    "vector",
    `aggregation expression ${expr.op}`,
  );
  const parameter = expr.parameter && evaluate(expr.parameter, time, run);
  const plain =
    parameter && (parameter.type === "string" ? parameter : wanted(parameter, "scalar", expr.op));
  return vector(
    aggregate(expr.op, samples, { names: expr.grouping, without: expr.without }, plain?.value),
  );
}

function call(expr: CallExpr, time: number, run: Evaluation): Value {
  const { name } = expr;
  const special = SPECIAL[name];
  if (special) return special(expr, time, run);
  const args = expr.args.map((arg) => evaluate(arg, time, run));
  const overRange = RANGE_FUNCTIONS[name];
  if (overRange) {
    const place = RANGE_PARAMETER[name];
    const parameter =
      place === undefined ? 0 : wanted(args[place], "scalar", `call to function "${name}"`).value;
    const window = wanted(args[place === 0 ? 1 : 0], "matrix", `call to function "${name}"`);
    const keepsName = name === "last_over_time";
    return vector(
      window.series.flatMap((series) => {
        const value = overRange(series, window, parameter);
        const labels = keepsName ? series.labels : withoutName(series.labels);
        return value === undefined ? [] : [{ labels, value }];
      }),
    );
  }
  const plain = INSTANT_FUNCTIONS[name];
  if (plain) return plain(args, time);
  throw new PromqlError("bad_data", `function "${name}" is not supported by the sandbox`);
}

/** Functions that must see their argument's expression and not only its value. */
const SPECIAL: Readonly<Record<string, (expr: CallExpr, time: number, run: Evaluation) => Value>> =
  {
    absent: (expr, time, run) => {
      const [arg] = expr.args;
      const { samples } = wanted(
        arg && evaluate(arg, time, run),
        "vector",
        'call to function "absent"',
      );
      return vector(samples.length > 0 ? [] : [{ labels: equalities(arg), value: 1 }]);
    },
    absent_over_time: (expr, time, run) => {
      const [arg] = expr.args;
      const { series } = wanted(
        arg && evaluate(arg, time, run),
        "matrix",
        'call to function "absent_over_time"',
      );
      return vector(series.length > 0 ? [] : [{ labels: equalities(arg), value: 1 }]);
    },
    timestamp: (expr, time, run) => {
      const [arg] = expr.args;
      if (arg?.type !== "selector") {
        const { samples } = wanted(
          arg && evaluate(arg, time, run),
          "vector",
          'call to function "timestamp"',
        );
        return vector(
          samples.map(({ labels }) => ({ labels: withoutName(labels), value: time / 1_000 })),
        );
      }
      const at = shifted(arg, time, run);
      return vector(
        run.store.select(arg.matchers).flatMap(({ labels, samples }) => {
          const index = samples.lowerBound(at + 1) - 1;
          if (index < 0 || samples.timeAt(index) < at - LOOKBACK_MS || samples.endsAt(index))
            return [];
          return [{ labels: withoutName(labels), value: samples.timeAt(index) / 1_000 }];
        }),
      );
    },
  };

/** The labels that a selector demands by `=`: what `absent` can say of the missing series. */
function equalities(expr: Expr | undefined): Sample["labels"] {
  const selector = expr?.type === "matrix" ? expr.selector : expr;
  if (selector?.type !== "selector") return {};
  const labels: Record<string, string> = {};
  for (const { label, op, value } of selector.matchers) {
    if (op === "=" && label !== "__name__") labels[label] = value;
  }
  return labels;
}
