import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { failure, plainText } from "./answer";
import type { Answer, EngineState, Question, ServedSite, Site } from "./engine";
import { PromqlError } from "./promql/promql-error";
import { inSlices } from "./slices";

const MAX_BODY_BYTES = 1_000_000;

/** How a server finds answers. */
interface Asked {
  readonly site: Site;
  ask(question: Question): Promise<Answer>;
  /** What is asked first at each request. */
  state(): EngineState | Promise<EngineState>;
}

/** A site while it is served. */
export interface SiteServer extends ServedSite {
  stop(): Promise<void>;
}

/** Serves a site on 127.0.0.1. @param port 0 lets the system choose */
export async function serveSite(asked: Asked, port: number): Promise<SiteServer> {
  const server = createServer((request, response) => void respond(asked, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    disconnect: () => server.closeAllConnections(),
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
  // What is sent is read while the state is asked for.
  const form = request.method === "POST" ? bodyOf(request) : Promise.resolve("");
  form.catch(() => undefined);
  let state = await asked.state();
  if (state.fault?.kind === "down") {
    request.socket.destroy();
    return;
  }
  if (state.fault?.kind === "slow") {
    await sleep(state.fault.delayMs);
    state = await asked.state();
  }
  let answer: Answer;
  try {
    answer = await answerTo(asked, request, { ...state, form: await form });
  } catch (error) {
    answer = failure(error);
  }
  await send(response, answer);
}

async function answerTo(
  asked: Asked,
  request: IncomingMessage,
  state: EngineState & { readonly form: string },
): Promise<Answer> {
  const { pathname, search } = new URL(request.url ?? "/", "http://sandbox");
  const { site } = asked;
  if (site === "api" && (pathname === "/-/ready" || pathname === "/-/healthy")) {
    const health = pathname === "/-/ready" ? "Ready" : "Healthy";
    return plainText(200, `Prometheus Server is ${health}.\n`);
  }
  return asked.ask({
    ...state,
    site,
    method: request.method ?? "GET",
    path: pathname,
    query: search,
    host: request.headers.host ?? "",
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
