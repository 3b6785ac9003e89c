import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { PodRef } from "./port-forward";
import type { VirtualPodNetwork } from "./pod-network";
import { SpdyConnection, type Transport } from "./spdy-connection";

const OVER_SOCKET = "SPDY/3.1+portforward.k8s.io";
const PROTOCOL = "portforward.k8s.io";

/** How a client wants to speak SPDY: inside a WebSocket (kubectl 1.31 and later), or bare. */
export type SpdyDialect = "websocket" | "bare";

/** The dialect that a request asks for; undefined when it asks for none. */
export function spdyDialect({ headers }: IncomingMessage): SpdyDialect | undefined {
  if (headers["sec-websocket-protocol"]?.includes(OVER_SOCKET)) return "websocket";
  return headers.upgrade?.toLowerCase() === "spdy/3.1" ? "bare" : undefined;
}

const sockets = new WebSocketServer({ noServer: true });
sockets.on("headers", (lines: string[]) => {
  lines.push(`Sec-WebSocket-Protocol: ${OVER_SOCKET}`);
});

/** Takes the upgrade of a request and forwards what its streams ask for. */
export function forwardSpdy(
  upgrade: { request: IncomingMessage; socket: Duplex; head: Buffer; dialect: SpdyDialect },
  network: VirtualPodNetwork,
  pod: PodRef,
): void {
  const { request, socket, head, dialect } = upgrade;
  if (dialect === "bare") {
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n" +
        `X-Stream-Protocol-Version: ${PROTOCOL}\r\n\r\n`,
    );
    const connection = forwarding(network, pod, {
      send: (bytes) => socket.write(bytes),
      close: () => socket.end(),
    });
    if (head.length > 0) connection.receive(head);
    socket.on("data", (bytes: Buffer) => connection.receive(bytes));
    socket.on("close", () => connection.close());
    return;
  }
  // The library takes names with a slash for malformed: it must not see this one.
  delete request.headers["sec-websocket-protocol"];
  sockets.handleUpgrade(request, socket, head, (opened: WebSocket) => {
    const connection = forwarding(network, pod, {
      send: (bytes) => opened.send(bytes),
      close: () => opened.close(),
    });
    opened.on("message", (message: Buffer) => connection.receive(message));
    opened.on("close", () => connection.close());
    opened.on("error", () => opened.terminate());
  });
}

/** Each forwarded connection is a pair of streams, told apart by `requestid`: one for errors, one for data. */
function forwarding(network: VirtualPodNetwork, pod: PodRef, transport: Transport): SpdyConnection {
  const errors = new Map<string, Duplex>();
  return new SpdyConnection(transport, (stream, headers) => {
    const id = headers.requestid ?? "";
    if (headers.streamtype === "error") {
      errors.set(id, stream);
      stream.on("close", () => errors.delete(id));
      return;
    }
    const port = Number(headers.port);
    const report = errors.get(id);
    if (network.connect({ ...pod, port }, stream)) {
      stream.on("close", () => report?.end());
      return;
    }
    report?.end(
      `error forwarding port ${port} to pod ${pod.name}, uid : dial tcp4 127.0.0.1:${port}: connect: connection refused`,
    );
    stream.end();
  });
}
