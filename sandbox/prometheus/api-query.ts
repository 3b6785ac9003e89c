import type { PrometheusApi } from "./prometheus-api";
import { formatValue } from "./number-format";
import { typeOf } from "./promql/check";
import { evaluate } from "./promql/evaluate";
import { Evaluation } from "./promql/evaluation";
import { compareLabels, labelKey } from "./promql/label-order";
import { parsePromql } from "./promql/parse";
import { PromqlError } from "./promql/promql-error";
import { TYPE_NAMES } from "./promql/signatures";
import type { Expr } from "./promql/syntax";
import type { Sample } from "./promql/value";
import {
  durationParameter,
  invalidParameter,
  textParameter,
  timeParameter,
} from "./query-parameters";
import type { LabelSet } from "./series";
import type { Steps } from "./slices";

/** Some 50 kB: longer texts are not forgotten as soon as they are sent. */
const ITEMS_AT_ONCE = 100;
const MAX_POINTS = 11_000;
/** Prometheus' default of `--query.timeout`. */
const TIMEOUT_MS = 120_000;

/** `/api/v1/query`: its `data` as pieces of JSON. @throws PromqlError */
export function* query(api: PrometheusApi, parameters: URLSearchParams): Steps<readonly string[]> {
  const time = timeParameter(parameters, "time", api.now());
  const run = newEvaluation(api, parameters, { start: time, end: time });
  const value = yield* evaluate(expressionOf(parameters), time, run);
  const at = time / 1_000;
  const format = formatOf(api);
  switch (value.type) {
    case "scalar":
      return [JSON.stringify({ resultType: "scalar", result: [at, format(value.value)] })];
    case "string":
      return [JSON.stringify({ resultType: "string", result: [at, value.value] })];
    case "vector":
      return yield* listJson("vector", value.samples, ({ labels, value: number }) => ({
        metric: labels,
        value: [at, format(number)],
      }));
    case "matrix":
      return yield* listJson(
        "matrix",
        value.series.toSorted((a, b) => compareLabels(a.labels, b.labels)),
        ({ labels, times, values }) => ({
          metric: labels,
          values: times.map((each, i) => [each / 1_000, format(values[i] ?? Number.NaN)]),
        }),
      );
  }
}

/** A result of many items, in pieces of which none takes long to make or to send. */
function* listJson<T>(
  resultType: string,
  items: readonly T[],
  entry: (item: T) => unknown,
): Steps<readonly string[]> {
  const pieces = [`{"resultType":"${resultType}","result":[`];
  for (let from = 0; from < items.length; from += ITEMS_AT_ONCE) {
    const texts = items
      .slice(from, from + ITEMS_AT_ONCE)
      .map((item) => JSON.stringify(entry(item)));
    pieces.push(`${from > 0 ? "," : ""}${texts.join(",")}`);
    yield;
  }
  pieces.push("]}");
  return pieces;
}

/** `/api/v1/query_range`: its `data` as pieces of JSON. @throws PromqlError */
export function* queryRange(
  api: PrometheusApi,
  parameters: URLSearchParams,
): Steps<readonly string[]> {
  const start = timeParameter(parameters, "start");
  const end = timeParameter(parameters, "end");
  if (end < start) {
    throw invalidParameter("end", "end timestamp must not be before start time");
  }
  const step = durationParameter(parameters, "step");
  if (!(step > 0)) {
    throw invalidParameter(
      "step",
      "zero or negative query resolution step widths are not accepted. Try a positive integer",
    );
  }
  if ((end - start) / step > MAX_POINTS) {
    throw new PromqlError(
      "bad_data",
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
    );
  }
  const expr = expressionOf(parameters);
  const type = typeOf(expr);
  if (type !== "vector" && type !== "scalar") {
    throw invalidParameter(
      "query",
      `invalid expression type "${TYPE_NAMES[type]}" for range query, must be Scalar or instant Vector`,
    );
  }
  const run = newEvaluation(api, parameters, { start, end });
  const lines = yield* matrixOf(expr, run, { step, format: formatOf(api) });
  return yield* listJson("matrix", lines, (line) => line);
}

const formatOf = (api: PrometheusApi): ((value: number) => string) =>
  api.fault()?.kind === "nan" ? () => "NaN" : formatValue;

/** @throws PromqlError that names the parameter */
function expressionOf(parameters: URLSearchParams): Expr {
  try {
    return parsePromql(textParameter(parameters, "query"));
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    throw invalidParameter("query", error.message);
  }
}

function newEvaluation(
  api: PrometheusApi,
  parameters: URLSearchParams,
  { start, end }: { start: number; end: number },
): Evaluation {
  const wanted = parameters.has("timeout") ? durationParameter(parameters, "timeout") : TIMEOUT_MS;
  const until = performance.now() + Math.min(wanted, TIMEOUT_MS);
  return new Evaluation(api.store, start, end, () => performance.now() > until);
}

function* matrixOf(
  expr: Expr,
  run: Evaluation,
  { step, format }: { step: number; format: (value: number) => string },
): Steps<readonly unknown[]> {
  const lines = new Map<string, { metric: LabelSet; values: [number, string][] }>();
  for (let time = run.start; time <= run.end; time += step) {
    yield;
    for (const { labels, value } of yield* samplesAt(expr, time, run)) {
      const key = labelKey(labels);
      const line = lines.get(key) ?? { metric: labels, values: [] };
      line.values.push([time / 1_000, format(value)]);
      lines.set(key, line);
    }
  }
  return [...lines.values()].sort((a, b) => compareLabels(a.metric, b.metric));
}

const NO_LABELS: LabelSet = {};

function* samplesAt(expr: Expr, time: number, run: Evaluation): Steps<readonly Sample[]> {
  const value = yield* evaluate(expr, time, run);
  if (value.type === "scalar") return [{ labels: NO_LABELS, value: value.value }];
  return value.type === "vector" ? value.samples : [];
}
