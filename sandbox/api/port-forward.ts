import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { VirtualPodNetwork } from "./pod-network";
import { refuse } from "./status-error";

/** The pod that a port-forward leads to. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

const PROTOCOLS = ["v4.channel.k8s.io", "v5.channel.k8s.io", "portforward.k8s.io"];

/** Takes the upgrade of port-forward requests; frames are the channels of `v4.channel.k8s.io`. */
export const portForwardSockets = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
});

/** The ports that a request names. @throws StatusError 400 */
export function portsOf(query: URLSearchParams): readonly number[] {
  const ports = query.getAll("ports").flatMap((text) => text.split(","));
  if (ports.length === 0) throw refuse.badRequest('query parameter "ports" is required');
  return ports.map((text) => {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
      throw refuse.badRequest(`unable to parse "${text}" as a port`);
    }
    return port;
  });
}

/** Whether a client speaks the dialect of channels. */
export const speaksChannels = ({ headers }: IncomingMessage): boolean =>
  (headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .some((protocol) => PROTOCOLS.includes(protocol.trim()));

/**
 * Forwards ports over an open socket. Channel 2i carries the bytes of the i-th port, channel 2i+1
 * its error; each begins with the port as two bytes, the lower one first.
 */
export function forwardChannels(
  socket: WebSocket,
  network: VirtualPodNetwork,
  pod: PodRef,
  ports: readonly number[],
): void {
  const connections = ports.map((port, index) => {
    for (const channel of [2 * index, 2 * index + 1]) {
      socket.send(Buffer.from([channel, port & 0xff, port >> 8]));
    }
    const connection = new ChannelConnection(socket, 2 * index);
    if (!network.connect({ ...pod, port }, connection)) {
      const text = `error forwarding port ${port} to pod ${pod.name}, uid : dial tcp4 127.0.0.1:${port}: connect: connection refused`;
      socket.send(Buffer.concat([Buffer.from([2 * index + 1]), Buffer.from(text)]));
      connection.destroy();
    }
    return connection;
  });
  socket.on("message", (message) => {
    const frame = bytesOf(message);
    const channel = frame[0] ?? 0;
    if (channel % 2 === 0) connections[channel / 2]?.receive(frame.subarray(1));
  });
  socket.on("close", () => {
    for (const connection of connections) connection.destroy();
  });
  // A broken connection is closed next; there is nobody left to tell.
  socket.on("error", () => socket.terminate());
  if (connections.every(({ destroyed }) => destroyed)) socket.close();
}

function bytesOf(message: RawData): Buffer {
  if (Buffer.isBuffer(message)) return message;
  return Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message);
}

/** One forwarded connection, as the server inside the pod sees it. */
class ChannelConnection extends Duplex {
  constructor(
    private readonly socket: WebSocket,
    private readonly channel: number,
  ) {
    super({ allowHalfOpen: false });
    this.on("error", () => this.destroy());
    this.on("close", () => {
      if (socket.readyState === socket.OPEN) socket.close();
    });
  }

  receive(data: Buffer): void {
    if (data.length > 0 && !this.destroyed && !this.push(data)) this.socket.pause();
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(data: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.socket.send(Buffer.concat([Buffer.from([this.channel]), data]), done);
  }

  override _final(done: () => void): void {
    done();
    this.destroySoon();
  }

  /** Ends once what was written is on its way. */
  private destroySoon(): void {
    setImmediate(() => this.destroy());
  }
}
