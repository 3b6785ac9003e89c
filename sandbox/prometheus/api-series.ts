import type { PrometheusApi } from "./prometheus-api";
import { parsePromql } from "./promql/parse";
import { PromqlError } from "./promql/promql-error";
import { invalidParameter, timeParameter } from "./query-parameters";
import type { Series } from "./series";
import { AT_ONCE, type Steps } from "./slices";

/** The series that any `match[]` selects, with a sample between `start` and `end`. */
function* selected(api: PrometheusApi, parameters: URLSearchParams): Steps<Set<Series>> {
  const start = timeParameter(parameters, "start", -Infinity);
  const end = timeParameter(parameters, "end", Infinity);
  const selectors = parameters.getAll("match[]").map((text) => {
    const expr = selectorOf(text);
    if (expr?.type !== "selector") {
      throw invalidParameter("match[]", `${JSON.stringify(text)} is not a series selector`);
    }
    return expr.matchers;
  });
  const found = new Set<Series>();
  for (const matchers of selectors.length > 0 ? selectors : [[]]) {
    for (const [index, series] of (yield* api.store.select(matchers)).entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) yield;
      if (series.hasSample(start, end)) found.add(series);
    }
  }
  return found;
}

function selectorOf(text: string) {
  try {
    return parsePromql(text);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    throw invalidParameter("match[]", error.message);
  }
}

/** `/api/v1/series`. @throws PromqlError */
export function* series(api: PrometheusApi, parameters: URLSearchParams): Steps<readonly string[]> {
  if (!parameters.has("match[]"))
    throw new PromqlError("bad_data", "no match[] parameter provided");
  const found = limited([...(yield* selected(api, parameters))], parameters);
  const pieces: string[] = ["["];
  for (let from = 0; from < found.length; from += AT_ONCE) {
    const texts = found.slice(from, from + AT_ONCE).map(({ labels }) => JSON.stringify(labels));
    pieces.push(`${from > 0 ? "," : ""}${texts.join(",")}`);
    yield;
  }
  return [...pieces, "]"];
}

/** `/api/v1/labels`. @throws PromqlError */
export function* labelNames(
  api: PrometheusApi,
  parameters: URLSearchParams,
): Steps<readonly string[]> {
  const names = new Set<string>();
  let looked = 0;
  for (const each of yield* selected(api, parameters)) {
    if (looked++ % AT_ONCE === AT_ONCE - 1) yield;
    for (const name of Object.keys(each.labels)) names.add(name);
  }
  return [JSON.stringify(limited([...names].sort(), parameters))];
}

/** `/api/v1/label/NAME/values`. @throws PromqlError */
export function* labelValues(
  api: PrometheusApi,
  parameters: URLSearchParams,
  encoded: string,
): Steps<readonly string[]> {
  const name = decodeURIComponent(encoded);
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    throw new PromqlError("bad_data", `invalid label name: ${JSON.stringify(name)}`);
  }
  const values = new Set<string>();
  for (const each of yield* selected(api, parameters)) values.add(each.label(name));
  values.delete("");
  return [JSON.stringify(limited([...values].sort(), parameters))];
}

/** At most `limit` of them; zero or none is no limit. */
function limited<T>(all: readonly T[], parameters: URLSearchParams): readonly T[] {
  const limit = Number(parameters.get("limit") ?? 0);
  if (!Number.isInteger(limit) || limit < 0) {
    throw invalidParameter("limit", "limit must be a non-negative whole number");
  }
  return limit === 0 ? all : all.slice(0, limit);
}
