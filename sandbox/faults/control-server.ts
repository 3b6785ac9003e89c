import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { FaultRegistry } from "./fault-registry";
import { FAULT_KINDS, FaultSpec } from "./fault-spec";

/** Where faults are listed, set and cleared. */
export interface ControlServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

interface Answer {
  readonly code: number;
  readonly body: unknown;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const refusal = (code: number, error: string): Answer => ({ code, body: { error } });

/**
 * Serves the faults on 127.0.0.1, to whoever holds the kubeconfig's token: `GET /faults`,
 * `POST /faults` with a fault, `DELETE /faults` or `/faults/ID`. It stays up when the API does not.
 */
export async function startControlServer(
  registry: FaultRegistry,
  token: string,
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(registry, token, request)
      .catch(() => refusal(400, "the request broke off"))
      .then(({ code, body }) => {
        response.writeHead(code, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      })
      // Nobody is left to tell.
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  registry: FaultRegistry,
  token: string,
  request: IncomingMessage,
): Promise<Answer> {
  const { method, url = "/", headers } = request;
  const given = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
  if (!timingSafeEqual(digest(given), digest(token))) {
    return refusal(401, "send the token of the sandbox's kubeconfig");
  }
  const [, root, id, ...rest] = url.split("/");
  if (root !== "faults" || rest.length > 0) return refusal(404, "there are only /faults");
  if (method === "GET" && !id) {
    return { code: 200, body: { faults: registry.list(), kinds: FAULT_KINDS } };
  }
  if (method === "POST" && !id) return set(registry, await bodyOf(request));
  if (method === "DELETE") {
    if (!id) return { code: 200, body: { cleared: registry.clearAll() } };
    return registry.clear(id)
      ? { code: 200, body: { cleared: [id] } }
      : refusal(404, `no fault ${JSON.stringify(id)} is in force`);
  }
  return refusal(405, `${method ?? ""} is not answered here`);
}

function set(registry: FaultRegistry, text: string | undefined): Answer {
  if (text === undefined) return refusal(413, `a fault has at most ${MAX_BODY_BYTES} bytes`);
  const parsed = FaultSpec.safeParse(jsonOf(text));
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error).replaceAll("\n", " "));
  return { code: 201, body: registry.set(parsed.data) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Undefined for a body that is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
