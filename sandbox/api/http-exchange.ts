import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { stringify } from "yaml";
import type { Format } from "./media-type";
import type { Answer } from "./object-request";
import { refuse, StatusError } from "./status-error";

/** As the API server: larger bodies are refused. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** Reads the whole body of a request. @throws StatusError 413 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = refuse.tooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends an answer, a JSON document as YAML if so asked. */
export function send(
  response: ServerResponse,
  answer: Answer,
  options: { warnings?: readonly string[]; format?: Format } = {},
): void {
  for (const warning of new Set(options.warnings)) {
    response.appendHeader("warning", `299 - ${quoted(warning)}`);
  }
  if ("stream" in answer) {
    answer.stream(response);
    return;
  }
  const isYaml = options.format === "yaml" && answer.contentType === undefined;
  const text = isYaml ? stringify(JSON.parse(answer.text)) : answer.text;
  response.writeHead(answer.code, {
    "content-type": isYaml ? "application/yaml" : (answer.contentType ?? "application/json"),
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache, private",
  });
  response.end(text);
}

/** Header values hold no line breaks and, in Node, no letters outside Latin 1. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, "?");

/** Answers what a handler threw. Anything but a StatusError is our own fault and told as such. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const refusal = refusalOf(error);
  if (refusal.retryAfterSeconds !== undefined) {
    response.setHeader("retry-after", refusal.retryAfterSeconds);
  }
  // What is left of a body that we did not read would be taken for the next request.
  if (!request.complete) response.setHeader("connection", "close");
  send(response, {
    code: refusal.code,
    text: JSON.stringify(refusal.status()),
  });
}

/** Answers a refused upgrade, on the bare socket, and closes it. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const refusal = refusalOf(error);
  const text = JSON.stringify(refusal.status());
  socket.end(
    `HTTP/1.1 ${refusal.code} ${STATUS_CODES[refusal.code] ?? ""}\r\n` +
      "content-type: application/json\r\nconnection: close\r\n" +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

const refusalOf = (error: unknown): StatusError =>
  error instanceof StatusError
    ? error
    : refuse.internal(error instanceof Error ? error.message : String(error));
