import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { formatValue } from "./number-format";
import { evaluate } from "./promql/evaluate";
import { parsePromql } from "./promql/parse";
import { PromqlError } from "./promql/promql-error";
import type { Expr } from "./promql/syntax";
import type { Sample } from "./promql/value";
import { stepParameter, textParameter, timeParameter } from "./query-parameters";
import { type LabelSet, labelKey, type TimeSeriesStore } from "./time-series-store";

const MAX_POINTS = 11_000;
const MAX_BODY_BYTES = 1_000_000;

/** What the HTTP API stands on. `now` is virtual time in ms. */
export interface PrometheusApi {
  readonly store: TimeSeriesStore;
  readonly scrapeIntervalMs: number;
  now(): number;
}

type Answer = unknown;
type Handler = (api: PrometheusApi, parameters: URLSearchParams, path: string) => Answer;

const HANDLERS: readonly [RegExp, Handler][] = [
  [/^\/api\/v1\/query$/, query],
  [/^\/api\/v1\/query_range$/, queryRange],
  [/^\/api\/v1\/series$/, series],
  [/^\/api\/v1\/labels$/, labelNames],
  [/^\/api\/v1\/label\/[^/]+\/values$/, labelValues],
  [/^\/api\/v1\/metadata$/, () => ({})],
  [
    /^\/api\/v1\/status\/buildinfo$/,
    () => ({ version: "2.55.0-sandbox", revision: "", branch: "", goVersion: "" }),
  ],
  [
    /^\/api\/v1\/status\/config$/,
    ({ scrapeIntervalMs }) => ({
      yaml: `global:\n  scrape_interval: ${scrapeIntervalMs / 1_000}s\n`,
    }),
  ],
];

/** The query part of Prometheus' HTTP API, by GET and POST. */
export function prometheusListener(api: PrometheusApi): RequestListener {
  return (request, response) => {
    void respond(api, request, response);
  };
}

async function respond(
  api: PrometheusApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", "http://sandbox");
    if (url.pathname === "/-/ready" || url.pathname === "/-/healthy") {
      response
        .writeHead(200, { "content-type": "text/plain" })
        .end("Prometheus Server is Ready.\n");
      return;
    }
    const handler = HANDLERS.find(([pattern]) => pattern.test(url.pathname))?.[1];
    if (!handler) return send(response, 404, failure("not_found", "no such path"));
    if (request.method !== "GET" && request.method !== "POST") {
      return send(response, 405, failure("bad_data", "method not allowed"));
    }
    const parameters = url.searchParams;
    if (request.method === "POST") {
      for (const [name, value] of new URLSearchParams(await bodyOf(request)))
        parameters.append(name, value);
    }
    send(response, 200, { status: "success", data: handler(api, parameters, url.pathname) });
  } catch (error) {
    if (error instanceof PromqlError) {
      send(response, error.type === "execution" ? 422 : 400, failure(error.type, error.message));
    } else {
      send(response, 500, failure("internal", error instanceof Error ? error.message : "unknown"));
    }
  }
}

const failure = (errorType: string, error: string) => ({ status: "error", errorType, error });

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new PromqlError("bad_data", "the request is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function query(api: PrometheusApi, parameters: URLSearchParams): Answer {
  const expr = parsePromql(textParameter(parameters, "query"));
  const time = timeParameter(parameters, "time", api.now());
  const value = evaluate(expr, time, { store: api.store, start: time, end: time });
  switch (value.type) {
    case "scalar":
      return { resultType: "scalar", result: [time / 1_000, formatValue(value.value)] };
    case "string":
      return { resultType: "string", result: [time / 1_000, value.value] };
    case "vector":
      return {
        resultType: "vector",
        result: value.samples.map(({ labels, value: number }) => ({
          metric: labels,
          value: [time / 1_000, formatValue(number)],
        })),
      };
    case "matrix":
      return {
        resultType: "matrix",
        result: value.series.map(({ labels, times, values }) => ({
          metric: labels,
          values: times.map((at, i) => [at / 1_000, formatValue(values[i] ?? Number.NaN)]),
        })),
      };
  }
}

function queryRange(api: PrometheusApi, parameters: URLSearchParams): Answer {
  const expr = parsePromql(textParameter(parameters, "query"));
  const start = timeParameter(parameters, "start");
  const end = timeParameter(parameters, "end");
  const step = stepParameter(parameters);
  if (end < start) {
    throw new PromqlError(
      "bad_data",
      'invalid parameter "end": end timestamp must not be before start time',
    );
  }
  if ((end - start) / step > MAX_POINTS) {
    throw new PromqlError(
      "bad_data",
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
    );
  }
  return { resultType: "matrix", result: matrixOf(api, expr, { start, end, step }) };
}

function matrixOf(
  api: PrometheusApi,
  expr: Expr,
  { start, end, step }: { start: number; end: number; step: number },
): unknown[] {
  const lines = new Map<string, { metric: LabelSet; values: [number, string][] }>();
  for (let time = start; time <= end; time += step) {
    for (const { labels, value } of samplesAt(api, expr, { time, start, end })) {
      const key = labelKey(labels);
      const line = lines.get(key) ?? { metric: labels, values: [] };
      line.values.push([time / 1_000, formatValue(value)]);
      lines.set(key, line);
    }
  }
  return [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

function samplesAt(
  api: PrometheusApi,
  expr: Expr,
  { time, start, end }: { time: number; start: number; end: number },
): readonly Sample[] {
  const value = evaluate(expr, time, { store: api.store, start, end });
  if (value.type === "scalar") return [{ labels: {}, value: value.value }];
  if (value.type === "vector") return value.samples;
  throw new PromqlError(
    "bad_data",
    `invalid expression type "${value.type === "matrix" ? "range vector" : "string"}" for range query, must be Scalar or instant Vector`,
  );
}

/** The label sets that any `match[]` selects, with a sample between `start` and `end`. */
function selected(api: PrometheusApi, parameters: URLSearchParams): LabelSet[] {
  const start = timeParameter(parameters, "start", 0);
  const end = timeParameter(parameters, "end", api.now());
  const selectors = parameters.getAll("match[]").map((text) => {
    const expr = parsePromql(text);
    if (expr.type !== "selector")
      throw new PromqlError("bad_data", `not a series selector: ${text}`);
    return expr.matchers;
  });
  const found = new Map<string, LabelSet>();
  for (const matchers of selectors.length > 0 ? selectors : [[]]) {
    for (const { labels, samples } of api.store.select(matchers)) {
      const first = samples.lowerBound(start);
      if (first < samples.length && samples.timeAt(first) <= end)
        found.set(labelKey(labels), labels);
    }
  }
  return [...found.values()];
}

function series(api: PrometheusApi, parameters: URLSearchParams): Answer {
  if (!parameters.has("match[]"))
    throw new PromqlError("bad_data", "no match[] parameter provided");
  return selected(api, parameters);
}

function labelNames(api: PrometheusApi, parameters: URLSearchParams): Answer {
  return [...new Set(selected(api, parameters).flatMap((labels) => Object.keys(labels)))].sort();
}

function labelValues(api: PrometheusApi, parameters: URLSearchParams, path: string): Answer {
  const name = decodeURIComponent(path.split("/")[4] ?? "");
  const values = selected(api, parameters).flatMap((labels) => labels[name] ?? []);
  return [...new Set(values)].sort();
}
