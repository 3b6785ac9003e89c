import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { AppError } from "@/lib/base/errors";

const DATA_CHANNEL = 0;
const ERROR_CHANNEL = 1;
/** The first message on each channel starts with the port, two bytes, little-endian. */
const PORT_PREFIX_BYTES = 2;

/**
 * One forwarded port as a byte stream, and enough of a socket for Node's HTTP client.
 *
 * Messages are those of `v4.channel.k8s.io`: the first byte names the channel. Ends when the
 * WebSocket closes, which client-node 1.4's own port-forward forgets.
 */
export class PodStream extends Duplex {
  /** Idle time in ms after which "timeout" is emitted, as `net.Socket` has it; 0 is never. */
  timeout = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #opened = new Set<number>();

  constructor(
    private readonly socket: WebSocket,
    private readonly label: string,
  ) {
    super();
    socket.on("message", (data: Buffer) => this.#receive(data));
    socket.on("close", () => this.push(null));
    socket.on("error", (cause) => this.destroy(cause));
  }

  #receive(message: Buffer): void {
    this.#touch();
    const channel = message[0];
    if (channel === undefined) return;
    const prefix = this.#opened.has(channel) ? 0 : PORT_PREFIX_BYTES;
    this.#opened.add(channel);
    const payload = message.subarray(1 + prefix);
    if (payload.length === 0) return;
    if (channel === ERROR_CHANNEL) {
      const reason = payload.toString("utf8").slice(0, 300);
      this.destroy(new AppError("unavailable", `Cannot reach ${this.label}: ${reason}`));
    } else if (channel === DATA_CHANNEL && !this.push(payload)) {
      this.socket.pause();
    }
  }

  override _read(): void {
    if (this.socket.isPaused) this.socket.resume();
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#touch();
    this.socket.send(Buffer.concat([Buffer.from([DATA_CHANNEL]), chunk]), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.socket.terminate();
    done(error);
  }

  #touch(): void {
    if (this.timeout > 0) this.setTimeout(this.timeout);
  }

  setTimeout(ms: number, onTimeout?: () => void): this {
    clearTimeout(this.#timer);
    this.timeout = ms;
    if (ms > 0) this.#timer = setTimeout(() => this.emit("timeout"), ms).unref();
    // As net.Socket does: a length of 0 takes the listener away. A kept connection serves many requests.
    if (onTimeout && ms > 0) this.once("timeout", onTimeout);
    else if (onTimeout) this.off("timeout", onTimeout);
    return this;
  }

  /** The socket below has its own keep-alive and options. */
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
