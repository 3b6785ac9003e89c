import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { labelNames, labelValues, series } from "./api-series";
import { query, queryRange } from "./api-query";
import { statusPages } from "./api-status";
import { PromqlError } from "./promql/promql-error";
import type { PrometheusApi } from "./prometheus-api";
import { inSlices, type Steps } from "./slices";

const MAX_BODY_BYTES = 1_000_000;

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

/** The query part of Prometheus' HTTP API. */
export function prometheusListener(api: PrometheusApi): RequestListener {
  return (request, response) => {
    const fault = api.fault();
    if (fault?.kind === "down") {
      request.socket.destroy();
      return;
    }
    const answer = () => void respond(api, request, response);
    if (fault?.kind === "slow") setTimeout(answer, fault.delayMs);
    else answer();
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
      const state = url.pathname === "/-/ready" ? "Ready" : "Healthy";
      sendText(response, 200, `Prometheus Server is ${state}.\n`);
      return;
    }
    const path = /^\/api\/v1\/(.+)$/.exec(url.pathname)?.[1];
    const form = path === undefined ? undefined : FORMS[path];
    const handler = form ?? handlerOf(path ?? "");
    if (!handler) return sendText(response, 404, "404 page not found\n");
    const isForm = form !== undefined && request.method === "POST";
    if (!isForm && request.method !== "GET" && request.method !== "HEAD") {
      return sendText(response, 405, "Method Not Allowed\n");
    }
    const parameters = url.searchParams;
    if (isForm) {
      for (const [name, value] of new URLSearchParams(await bodyOf(request)))
        parameters.append(name, value);
    }
    await sendData(response, await inSlices(handler(api, parameters)));
  } catch (error) {
    fail(response, error);
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

function fail(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : "unknown";
  const errorType = error instanceof PromqlError ? error.type : "internal";
  const status = error instanceof PromqlError ? STATUS[error.type] : 500;
  sendJson(response, status, { status: "error", errorType, error: message });
}

/** Sends a large answer piece by piece: turning all of it into bytes at once would take long. */
async function sendData(response: ServerResponse, pieces: readonly string[]): Promise<void> {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"status":"success","data":');
  await inSlices(
    (function* () {
      for (const piece of pieces) {
        response.write(piece);
        yield;
      }
    })(),
  );
  response.end("}");
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
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
