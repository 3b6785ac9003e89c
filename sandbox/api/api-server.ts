import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { RequestFaults } from "@/sandbox/contracts";
import { ApiHandler } from "./api-handler";
import type { ClusterState } from "./cluster-state";
import { sendError } from "./http-exchange";
import type { Cut } from "./open-streams";
import { type TlsIdentity, VALID_MS } from "./tls-identity";

/** A running API server. */
export interface ApiServer {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Forgets the history of changes and the snapshots of lists now. */
  compact(): void;
  /** Cuts the streams (watches, followed logs) of some paths. */
  cutStreams(concerns: (path: string) => boolean, how: Cut): void;
  /** Lets the streams of some paths say nothing until the returned call. */
  freezeStreams(concerns: (path: string) => boolean): () => void;
  /** Lets no byte through on port-forwards of some paths until the returned call. */
  freezeSockets(concerns: (path: string) => boolean): () => void;
  /** Says everything twice on the streams of some paths until the returned call. */
  doubleStreams(concerns: (path: string) => boolean): () => void;
  /** Tears off the connections of requests that a fault left without an answer. */
  dropSilent(): void;
  /** Ends as a killed process would, and is back after `downMs` on the same port. */
  restart(options: { downMs: number; versions: "kept" | "reset" }): Promise<void>;
  /** Presents a certificate that is valid for so long from now on; undefined: a usual one. */
  renewCertificate(validMs: number | undefined): Promise<void>;
  /** Stops at once, ending open streams. */
  close(): Promise<void>;
}

/** Serves the cluster on 127.0.0.1. Port zero takes a free one. @throws when the port is taken */
export async function startApiServer(
  state: ClusterState,
  options: { port: number; token: string; identity: TlsIdentity; faults?: RequestFaults },
): Promise<ApiServer> {
  const { certificate, key } = options.identity;
  const handler = new ApiHandler(state, options.token, options.faults ?? NO_FAULTS);
  // As a real server's: its history starts with itself, and what was before can only be listed.
  state.objects.storage.compact();
  const server = createServer({ cert: certificate, key }, (request, response) => {
    handler
      .handle(request, response)
      .catch((error: unknown) => sendError(request, response, error));
  });
  // The server itself forgets sockets that were upgraded or never came to a request, and would wait
  // for them for ever.
  const sockets = new Set<Duplex>();
  server.on("connection", (socket: Duplex) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket: Duplex, head) => handler.upgrade(request, socket, head));
  // Watches have bodies in the other direction only; slow senders are cut off.
  server.requestTimeout = 60_000;
  // As the real server's: a client that keeps a connection does not find it closed under its hands.
  server.keepAliveTimeout = 90_000;
  await listening(server, options.port);
  const { port } = server.address() as AddressInfo;
  let closed = false;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return {
    url: `https://127.0.0.1:${port}`,
    compact: () => handler.compact(),
    cutStreams: (concerns, how) => state.streams.cut(concerns, how),
    freezeStreams: (concerns) => state.streams.freeze(concerns),
    freezeSockets: (concerns) => state.streams.freezeSockets(concerns),
    doubleStreams: (concerns) => state.streams.double(concerns),
    dropSilent: () => handler.dropSilent(),
    async restart({ downMs, versions }) {
      await stop();
      if (versions === "reset") state.objects.storage.renumber();
      handler.compact();
      await delay(downMs, undefined, { ref: false });
      if (!closed) await listening(server, port);
    },
    async renewCertificate(validMs = VALID_MS) {
      const renewed = await options.identity.renew(validMs);
      server.setSecureContext({ cert: renewed.certificate, key: renewed.key });
    },
    close: () => {
      closed = true;
      return server.listening ? stop() : Promise.resolve();
    },
  };
}

const NO_FAULTS: RequestFaults = { strike: () => undefined };

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
