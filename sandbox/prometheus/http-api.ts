import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PrometheusFault } from "../contracts";
import { failure, plainText } from "./answer";
import type { Answer, PrometheusEngine, Question } from "./engine";
import { PromqlError } from "./promql/promql-error";
import { inSlices } from "./slices";

const MAX_BODY_BYTES = 1_000_000;

/** How a server asks its engine. */
interface Asked {
  readonly engine: PrometheusEngine;
  readonly site: Question["site"];
  /** Virtual time, ms since the epoch. */
  now(): number;
  fault(): PrometheusFault | undefined;
}

/** A server on 127.0.0.1. */
export interface SiteServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly server: Server;
  stop(): Promise<void>;
}

/** Serves a site of an engine. @param port 0 lets the system choose */
export async function serveSite(asked: Asked, port = 0): Promise<SiteServer> {
  const server = createServer((request, response) => {
    const fault = asked.fault();
    if (fault?.kind === "down") {
      request.socket.destroy();
      return;
    }
    const answer = () => void respond(asked, request, response);
    if (fault?.kind === "slow") setTimeout(answer, fault.delayMs);
    else answer();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  asked: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let answer: Answer;
  try {
    answer = await answerTo(asked, request);
  } catch (error) {
    answer = failure(error);
  }
  await send(response, answer);
}

async function answerTo(asked: Asked, request: IncomingMessage): Promise<Answer> {
  const { engine, site } = asked;
  const { pathname, search } = new URL(request.url ?? "/", "http://sandbox");
  if (site === "api" && (pathname === "/-/ready" || pathname === "/-/healthy")) {
    const state = pathname === "/-/ready" ? "Ready" : "Healthy";
    return plainText(200, `Prometheus Server is ${state}.\n`);
  }
  return engine.ask({
    site,
    method: request.method ?? "GET",
    path: pathname,
    query: search,
    form: request.method === "POST" ? await bodyOf(request) : "",
    host: request.headers.host ?? "",
    now: asked.now(),
    fault: asked.fault(),
  });
}

/** Sends a large answer piece by piece: turning all of it into bytes at once would take long. */
async function send(response: ServerResponse, answer: Answer): Promise<void> {
  response.writeHead(answer.status, { "content-type": answer.contentType });
  const [only] = answer.pieces;
  if (answer.pieces.length === 1) {
    response.end(only);
    return;
  }
  await inSlices(
    (function* () {
      for (const piece of answer.pieces) {
        response.write(piece);
        yield;
      }
    })(),
  );
  response.end();
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
