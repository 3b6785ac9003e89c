import { createHash } from "node:crypto";
import {
  Agent,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
} from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { AppError } from "@/lib/base/errors";
import { type Millis, seconds } from "@/lib/base/units";
import type { Cluster, PodAnswer } from "../ports";
import type { CredentialSource } from "./credentials";
import { networkError } from "./network-error";
import { PodStream } from "./pod-stream";
import { portNumber, requestPath } from "./request-path";
import { statusError } from "./status";

type PodPort = Parameters<Cluster["openPort"]>[0];
type PodRequest = Parameters<Cluster["podRequest"]>[1];

const HANDSHAKE_MS = 10_000;
const MAX_OPEN = 64;
const MAX_POOLED = 32;
const MAX_POOLED_PER_PORT = 4;
const IDLE_MS = 30_000;
const REQUEST_TIMEOUT = seconds(10);
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;

/** Ports of pods, reached through the API server. */
export interface PortForward {
  open: Cluster["openPort"];
  request: Cluster["podRequest"];
  close(): void;
}

/**
 * Port-forwards over WebSocket, at most 64 at a time; HTTP requests share kept ones.
 * Names are checked before anything is sent, so that no pod name can turn into another request.
 */
export function portForward(credentials: CredentialSource): PortForward {
  const open = new Set<PodStream>();

  async function openPort(pod: PodPort, signal?: AbortSignal): Promise<PodStream> {
    const path = requestPath({ kind: "Pod", version: "v1", ...pod, subresource: "portforward" });
    const port = portNumber(pod.port);
    if (open.size >= MAX_OPEN) {
      throw new AppError("unavailable", `${MAX_OPEN} port-forwards are open already`, {
        hint: "Wait until some have ended, then try again.",
      });
    }
    const label = `port ${port} of pod ${pod.namespace}/${pod.name}`;
    const socket = await connect(await credentials.read(), `${path}?ports=${port}`, {
      label,
      signal,
    });
    const stream = new PodStream(socket, label);
    socket.resume();
    open.add(stream);
    stream.once("close", () => open.delete(stream));
    const end = () => stream.destroy();
    signal?.addEventListener("abort", end, { once: true });
    stream.once("close", () => signal?.removeEventListener("abort", end));
    return stream;
  }

  const agent = new PodAgent((pod) => openPort(pod));

  return {
    open: openPort,
    async request(pod, request, signal) {
      // Here too, because a kept connection is found by these names without opening one.
      requestPath({ kind: "Pod", version: "v1", ...pod, subresource: "portforward" });
      const method = request.method ?? "GET";
      for (let attempt = 0; ; attempt++) {
        const sent = await send(agent, pod, request, signal);
        if (sent.type === "answer") return sent.answer;
        // A pod may close a kept connection while we choose it.
        if (!(sent.reused && method === "GET" && attempt === 0)) throw sent.error;
      }
    },
    close() {
      agent.destroy();
      for (const stream of open) stream.destroy();
    },
  };
}

/** An HTTP agent whose connections are forwarded ports. */
class PodAgent extends Agent {
  constructor(private readonly open: (pod: PodPort) => Promise<Duplex>) {
    super({
      keepAlive: true,
      timeout: IDLE_MS,
      maxSockets: MAX_POOLED_PER_PORT,
      maxTotalSockets: MAX_POOLED,
    });
  }

  override createConnection(
    options: RequestOptions & { pod?: PodPort },
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    if (!options.pod || !done) throw new TypeError("a PodAgent serves pod requests only");
    this.open(options.pod).then(
      (stream) => done(null, stream),
      // Node reads no stream where it is given an error.
      (error: Error) => (done as (error: Error) => void)(error),
    );
  }
}

function connect(
  { server, headers, tls }: Awaited<ReturnType<CredentialSource["read"]>>,
  path: string,
  { label, signal }: { label: string; signal: AbortSignal | undefined },
): Promise<WebSocket> {
  const base = `${server.protocol === "https:" ? "wss" : "ws"}://${server.host}`;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = new WebSocket(
      `${base}${server.pathname.replace(/\/$/, "")}${path}`,
      ["v4.channel.k8s.io"],
      {
        headers: server.protocol === "https:" ? headers : {},
        handshakeTimeout: HANDSHAKE_MS,
        perMessageDeflate: false,
        followRedirects: false,
        rejectUnauthorized: tls.rejectUnauthorized,
        ca: tls.ca,
        cert: tls.cert,
        key: tls.key,
        ...(tls.servername !== undefined && { servername: tls.servername }),
      },
    );
    const stop = () => socket.terminate();
    signal?.addEventListener("abort", stop, { once: true });
    const settle = (finish: () => void) => {
      signal?.removeEventListener("abort", stop);
      finish();
    };
    socket.once("open", () =>
      settle(() => {
        // What comes with the handshake would be told to nobody yet: each stream begins with its port.
        socket.pause();
        resolve(socket);
      }),
    );
    socket.once("unexpected-response", (_request, answer) => {
      settle(() => void refusal(answer, label).then(reject, reject));
    });
    socket.on("error", (cause) =>
      settle(() =>
        reject(signal?.aborted ? (signal.reason as Error) : networkError(cause, server)),
      ),
    );
  });
}

async function refusal(answer: IncomingMessage, label: string): Promise<AppError> {
  let text = "";
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    text += chunk.toString("utf8");
    if (text.length > MAX_REFUSAL_BYTES) break;
  }
  return statusError(answer.statusCode ?? 0, text, `reach ${label}`);
}

type Sent =
  { type: "answer"; answer: PodAnswer } | { type: "failed"; error: Error; reused: boolean };

function send(
  agent: PodAgent,
  pod: PodPort,
  request: PodRequest,
  signal: AbortSignal | undefined,
): Promise<Sent> {
  const { path, method = "GET", body, timeout = REQUEST_TIMEOUT } = request;
  const label = `port ${pod.port} of pod ${pod.namespace}/${pod.name}`;
  return new Promise((resolve) => {
    const options: RequestOptions & { pod: PodPort } = {
      agent,
      pod,
      host: `${pod.name}.${pod.namespace}`,
      port: pod.port,
      path,
      method,
      headers: {
        host: "localhost",
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
      },
      ...(signal && { signal }),
    };
    const sent = httpRequest(options);
    const late = lateError(label, timeout);
    const timer = setTimeout(() => sent.destroy(late), timeout);
    const finish = (result: Sent) => {
      clearTimeout(timer);
      resolve(result);
    };
    const fail = (cause: unknown) =>
      finish({ type: "failed", error: failure(cause, label, signal), reused: sent.reusedSocket });
    sent.on("error", fail);
    sent.on("response", (answer) => {
      answer.on("error", fail);
      const limits = {
        maxBytes: request.maxBytes ?? MAX_BODY_BYTES,
        unless: request.unless,
        label,
      };
      bodyOf(answer, limits).then(
        (body) => finish({ type: "answer", answer: { status: answer.statusCode ?? 0, ...body } }),
        (cause: unknown) => {
          sent.destroy();
          fail(sent.errored ?? cause);
        },
      );
    });
    sent.end(body);
  });
}

const lateError = (label: string, timeout: Millis) =>
  new AppError("timeout", `No answer from ${label} within ${timeout / 1000} s`, {
    hint: "Check that the pod runs and that its proxy answers.",
  });

function failure(cause: unknown, label: string, signal: AbortSignal | undefined): Error {
  if (signal?.aborted && signal.reason instanceof Error) return signal.reason;
  if (cause instanceof AppError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError("unavailable", `Cannot reach ${label}: ${reason}`, { cause });
}

async function bodyOf(
  answer: IncomingMessage,
  {
    maxBytes,
    unless,
    label,
  }: { readonly maxBytes: number; readonly unless: string | undefined; readonly label: string },
): Promise<Omit<PodAnswer, "status">> {
  const chunks: Buffer[] = [];
  const digest = unless === undefined ? undefined : createHash("sha1");
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new AppError("unavailable", `The answer of ${label} is larger than ${maxBytes} bytes`);
    }
    digest?.update(chunk);
    chunks.push(chunk);
  }
  if (digest?.digest("base64") === unless && unless !== undefined)
    return { body: "", isSame: true };
  return { body: Buffer.concat(chunks).toString("utf8") };
}
