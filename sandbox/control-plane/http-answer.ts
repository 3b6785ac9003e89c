import type { ServerResponse } from "node:http";

/** Answers with a JSON document. */
export function sendJson(response: ServerResponse, body: unknown, pretty = false): void {
  const text = pretty ? JSON.stringify(body, null, 2) : JSON.stringify(body);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(text);
}

/** Answers with plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=UTF-8" });
  response.end(text);
}
