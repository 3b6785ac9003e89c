import { labelNames, labelValues, series } from "./api-series";
import { query, queryRange } from "./api-query";
import { statusPages } from "./api-status";
import type { Answer, Question } from "./engine";
import type { PrometheusApi } from "./prometheus-api";
import { PromqlError } from "./promql/promql-error";
import type { Steps } from "./slices";

/** Gives its `data` as pieces of JSON. */
type Handler = (api: PrometheusApi, parameters: URLSearchParams) => Steps<readonly string[]>;

/** Paths that a form may be posted to as well. */
const FORMS: Readonly<Record<string, Handler>> = {
  query,
  query_range: queryRange,
  *query_exemplars() {
    return ["[]"];
  },
  series,
  labels: labelNames,
};

/** The answer of Prometheus' HTTP API. */
export function* apiAnswer(api: PrometheusApi, question: Question): Steps<Answer> {
  const { method } = question;
  const path = /^\/api\/v1\/(.+)$/.exec(question.path)?.[1];
  const form = path === undefined ? undefined : FORMS[path];
  const handler = form ?? handlerOf(path ?? "");
  if (!handler) return plainText(404, "404 page not found\n");
  const isForm = form !== undefined && method === "POST";
  if (!isForm && method !== "GET" && method !== "HEAD") {
    return plainText(405, "Method Not Allowed\n");
  }
  const parameters = new URLSearchParams(question.query);
  if (isForm) {
    for (const [name, value] of new URLSearchParams(question.form)) parameters.append(name, value);
  }
  try {
    const data = yield* handler(api, parameters);
    return json(200, ['{"status":"success","data":', ...data, "}"]);
  } catch (error) {
    return failure(error);
  }
}

function handlerOf(path: string): Handler | undefined {
  const name = /^label\/([^/]+)\/values$/.exec(path)?.[1];
  if (name !== undefined) return (api, parameters) => labelValues(api, parameters, name);
  const page = statusPages[path];
  return (
    page &&
    function* (api, parameters) {
      return [JSON.stringify(page(api, parameters))];
    }
  );
}

const STATUS: Readonly<Record<PromqlError["type"], number>> = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
};

/** How Prometheus tells an error. */
export function failure(error: unknown): Answer {
  const message = error instanceof Error ? error.message : "unknown";
  const errorType = error instanceof PromqlError ? error.type : "internal";
  const status = error instanceof PromqlError ? STATUS[error.type] : 500;
  return json(status, [JSON.stringify({ status: "error", errorType, error: message })]);
}

const json = (status: number, pieces: readonly string[]): Answer => ({
  status,
  contentType: "application/json",
  pieces,
});

/** An answer in plain words. */
export const plainText = (status: number, text: string): Answer => ({
  status,
  contentType: "text/plain; charset=utf-8",
  pieces: [text],
});
