import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { AppError } from "@/lib/base/errors";
import type { Millis } from "@/lib/base/units";
import type { CredentialSource, Credentials } from "./credentials";
import { networkError } from "./network-error";
import { statusError } from "./status";

/** One request to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Made by `requestPath`, never by hand. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
  /** For the whole answer; for a stream, until its headers came. */
  readonly timeout: Millis;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** What is asked, for messages: "list pods". */
  readonly doing: string;
}

/** A whole answer with a status of 2xx. */
interface ApiAnswer {
  readonly contentType: string;
  readonly warnings: readonly string[];
  readonly text: string;
}

/** HTTP to one API server, with the credentials of the moment. Errors are AppErrors. */
export interface Transport {
  request(request: ApiRequest): Promise<ApiAnswer>;
  /** The body as it comes; the caller ends it by its signal. */
  stream(request: ApiRequest): Promise<Readable>;
  close(): void;
}

const KEEP_ALIVE_MS = 15_000;
const MAX_UNARY_SOCKETS = 16;
const MAX_BYTES = 64 * 1024 * 1024;
const USER_AGENT = "quarterdeck";

interface Agents {
  readonly fingerprint: string;
  readonly unary: HttpAgent;
  /** One socket a watch, without a limit, so that a stuck one stalls nothing else. */
  readonly streams: HttpAgent;
}

/** A transport that keeps its connections alive, unlike client-node 1.4's. */
export function apiTransport(credentials: CredentialSource): Transport {
  let agents: Agents | undefined;

  function agentsFor(current: Credentials): Agents {
    const fingerprint = `${current.server.origin} ${current.fingerprint}`;
    if (agents?.fingerprint === fingerprint) return agents;
    agents?.unary.destroy();
    const agent = (maxSockets: number) =>
      current.server.protocol === "https:"
        ? new HttpsAgent({ keepAlive: true, maxSockets, ...definedTls(current) })
        : new HttpAgent({ keepAlive: true, maxSockets });
    agents = { fingerprint, unary: agent(MAX_UNARY_SOCKETS), streams: agent(Infinity) };
    return agents;
  }

  /** Sends, and once more when the token was too old or a kept connection was closed meanwhile. */
  async function send(request: ApiRequest, signal: AbortSignal, kind: "unary" | "streams") {
    for (let attempt = 0; ; attempt++) {
      const current = await credentials.read({ renew: false });
      const sent = await sendOnce(current, request, { agent: agentsFor(current)[kind], signal });
      if (sent.type === "answer") {
        if (sent.message.statusCode !== 401 || attempt > 0) return sent.message;
        sent.message.resume();
        await credentials.read({ renew: true });
        continue;
      }
      if (!(sent.reused && request.method === "GET" && attempt === 0)) {
        throw networkError(sent.cause, current.server);
      }
    }
  }

  async function answered(message: IncomingMessage, request: ApiRequest): Promise<ApiAnswer> {
    const status = message.statusCode ?? 0;
    const text = await bodyOf(message, request.maxBytes ?? MAX_BYTES, request.doing);
    if (status < 200 || status > 299) {
      throw statusError(status, text, request.doing, message.headers["retry-after"]);
    }
    return {
      contentType: message.headers["content-type"] ?? "",
      warnings: warningsOf(message.headers.warning),
      text,
    };
  }

  return {
    request: (request) =>
      withDeadline(request, async (signal) =>
        answered(await send(request, signal, "unary"), request),
      ),
    async stream(request) {
      const opened = new AbortController();
      const message = await withDeadline(request, async (signal) => {
        const forward = () => opened.abort(signal.reason);
        signal.addEventListener("abort", forward, { once: true });
        const answer = await send(request, opened.signal, "streams");
        signal.removeEventListener("abort", forward);
        if ((answer.statusCode ?? 0) !== 200) await answered(answer, request);
        return answer;
      });
      const end = () => message.destroy();
      request.signal?.addEventListener("abort", end, { once: true });
      message.once("close", () => request.signal?.removeEventListener("abort", end));
      if (request.signal?.aborted) end();
      return plainBody(message);
    },
    close() {
      agents?.unary.destroy();
      agents?.streams.destroy();
    },
  };
}

type Sent =
  | { type: "answer"; message: IncomingMessage }
  | { type: "failed"; cause: unknown; reused: boolean };

function sendOnce(
  { server, headers }: Credentials,
  request: ApiRequest,
  { agent, signal }: { agent: HttpAgent; signal: AbortSignal },
): Promise<Sent> {
  const secure = server.protocol === "https:";
  const query = new URLSearchParams(
    Object.entries(request.query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  ).toString();
  const base = server.pathname.replace(/\/$/, "");
  return new Promise((resolve) => {
    const sent = (secure ? httpsRequest : httpRequest)({
      hostname: server.hostname.replace(/^\[|\]$/g, ""),
      port: server.port || (secure ? 443 : 80),
      path: `${base}${request.path}${query && `?${query}`}`,
      method: request.method,
      agent,
      signal,
      headers: {
        accept: request.accept ?? "application/json",
        "accept-encoding": "gzip",
        "user-agent": USER_AGENT,
        // Like kubectl, no credentials over plain HTTP.
        ...(secure ? headers : {}),
        ...(request.body === undefined
          ? {}
          : {
              "content-type": request.contentType ?? "application/json",
              "content-length": Buffer.byteLength(request.body),
            }),
      },
    });
    sent.on("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    sent.on("response", (message) => resolve({ type: "answer", message }));
    sent.on("error", (cause) => resolve({ type: "failed", cause, reused: sent.reusedSocket }));
    sent.end(request.body);
  });
}

async function withDeadline<T>(
  request: ApiRequest,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const late = new AppError("timeout", `Cannot ${request.doing}: no answer in time`, {
    hint: "Check that the API server is reachable and not overloaded.",
  });
  const timer = setTimeout(() => deadline.abort(late), request.timeout);
  const cancel = () => deadline.abort(request.signal?.reason);
  request.signal?.addEventListener("abort", cancel, { once: true });
  if (request.signal?.aborted) cancel();
  try {
    return await run(deadline.signal);
  } catch (error) {
    if (deadline.signal.reason === late) throw late;
    request.signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", cancel);
  }
}

function plainBody(message: IncomingMessage): Readable {
  if (message.headers["content-encoding"] !== "gzip") return message;
  const gunzip = createGunzip();
  message.on("error", (error) => gunzip.destroy(error));
  gunzip.once("close", () => message.destroy());
  return message.pipe(gunzip);
}

async function bodyOf(message: IncomingMessage, maxBytes: number, doing: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of plainBody(message) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new AppError("unavailable", `Cannot ${doing}: the answer broke off`, { cause });
  }
  if (size > maxBytes) {
    throw new AppError(
      "unavailable",
      `Cannot ${doing}: the answer is larger than ${maxBytes} bytes`,
    );
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** `299 - "text"`, several in one header. @see RFC 7234 section 5.5 */
function warningsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(", ") : (header ?? "");
  return [...text.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? "").replace(/\\(.)/g, "$1"),
  );
}

function definedTls({ tls }: Credentials) {
  return {
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.ca && { ca: tls.ca }),
    ...(tls.cert && { cert: tls.cert }),
    ...(tls.key && { key: tls.key }),
    ...(tls.servername !== undefined && { servername: tls.servername }),
  };
}
