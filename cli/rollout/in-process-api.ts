import type { IncomingMessage, ServerResponse } from "node:http";
import { PassThrough, Readable } from "node:stream";
import { AppError } from "@/lib/base/errors";
import { ApiHandler } from "@/sandbox/api/api-handler";
import type { ClusterState } from "@/sandbox/api/cluster-state";
import { sendError } from "@/sandbox/api/http-exchange";
import type { Credentials, CredentialSource } from "@/server/cluster/credentials";
import type { PortForward } from "@/server/cluster/port-forward";
import { statusError } from "@/server/cluster/status";
import type { ApiRequest, Transport } from "@/server/cluster/transport";

const TOKEN = "simulation";
const NO_TLS = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  rejectUnauthorized: true,
  servername: undefined,
};

/** A handler of the sandbox's API: all its rules, without a socket. */
export const inProcessApi = (state: ClusterState): ApiHandler =>
  new ApiHandler(state, TOKEN, { strike: () => undefined });

/** Who asks. The name is only what the audit calls it: everybody may do everything. */
export const credentialsOf = (user: string): CredentialSource => {
  const credentials: Credentials = {
    server: new URL("https://127.0.0.1"),
    context: "simulation",
    user,
    tls: NO_TLS,
    fingerprint: "",
    headers: {},
  };
  return { read: () => Promise.resolve(credentials) };
};

/** Requests that reach the handler by a call; `stir` is told of each when it comes and when it goes. */
export function inProcessTransport(handler: ApiHandler, stir: () => void): Transport {
  const open = new Set<ResponseBody>();

  async function exchange(request: ApiRequest): Promise<ResponseBody> {
    const message = messageOf(request);
    const response = new ResponseBody(message);
    const seen = response as unknown as ServerResponse;
    try {
      await handler.handle(message, seen);
    } catch (error) {
      sendError(message, seen, error);
    }
    return response;
  }

  return {
    async request(request) {
      request.signal?.throwIfAborted();
      stir();
      const response = await exchange(request);
      const text = await textOf(response);
      stir();
      const { statusCode } = response;
      if (statusCode < 200 || statusCode > 299) {
        throw statusError(statusCode, text, request.doing, response.header("retry-after"));
      }
      return { contentType: response.header("content-type") ?? "", warnings: [], text };
    },
    async stream(request) {
      request.signal?.throwIfAborted();
      stir();
      const response = await exchange(request);
      if (response.statusCode !== 200) {
        throw statusError(response.statusCode, await textOf(response), request.doing);
      }
      open.add(response);
      response.once("close", () => open.delete(response));
      const end = () => response.destroy();
      request.signal?.addEventListener("abort", end, { once: true });
      return response;
    },
    close() {
      for (const response of open) response.destroy();
    },
  };
}

const noPorts = (): never => {
  throw new AppError("unsupported", "the pods of a simulation have no ports");
};
/** Refuses to forward ports: nothing runs in the pods of a simulation. */
export const NO_PORTS: PortForward = { open: noPorts, request: noPorts, close: () => undefined };

function messageOf({ method, path, query, body, contentType, accept }: ApiRequest) {
  const parameters = new URLSearchParams(
    Object.entries(query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  ).toString();
  const message = Object.assign(Readable.from(body === undefined ? [] : [Buffer.from(body)]), {
    method,
    url: `${path}${parameters && `?${parameters}`}`,
    complete: true,
    headersDistinct: {},
    headers: {
      host: "127.0.0.1",
      authorization: `Bearer ${TOKEN}`,
      "user-agent": "quarterdeck",
      accept: accept ?? "application/json",
      ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
    },
  });
  return message as unknown as IncomingMessage;
}

/** What the handler uses of a ServerResponse, readable at the other end. */
class ResponseBody extends PassThrough {
  statusCode = 200;
  headersSent = false;
  private readonly headers = new Map<string, string>();

  constructor(readonly req: IncomingMessage) {
    super();
  }

  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  setHeader(name: string, value: string | number): this {
    this.headers.set(name.toLowerCase(), String(value));
    return this;
  }

  appendHeader(): this {
    return this;
  }

  flushHeaders(): void {
    this.headersSent = true;
  }

  writeHead(code: number, headers: Readonly<Record<string, string | number>> = {}): this {
    this.statusCode = code;
    this.headersSent = true;
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    return this;
  }
}

async function textOf(response: ResponseBody): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
