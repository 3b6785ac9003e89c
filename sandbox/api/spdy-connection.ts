import { Duplex } from "node:stream";
import { HeaderCodec, number32, type SpdyHeaders } from "./spdy-headers";

const VERSION = 3;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GO_AWAY = 7;
const FIN = 0x01;
const HEADER_BYTES = 8;
/** Frames carry at most 24 bits of length; clients send far shorter ones. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** What a server sends in one frame at most: what Go's io.Copy reads at once. */
const CHUNK_BYTES = 32 * 1024;

/** What carries the bytes of a connection: a WebSocket's messages or a plain socket. */
export interface Transport {
  send(bytes: Buffer): void;
  close(): void;
}

/**
 * The server's side of SPDY/3.1 as Kubernetes uses it: streams that the client opens, with headers,
 * carrying bytes both ways. Flow control windows are not kept; Kubernetes' clients keep none either.
 */
export class SpdyConnection {
  private readonly codec = new HeaderCodec();
  private readonly streams = new Map<number, SpdyStream>();
  private unread: Buffer = Buffer.alloc(0);
  /** Frames are handled one after the other: header blocks depend on those before. */
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly transport: Transport,
    private readonly opened: (stream: Duplex, headers: SpdyHeaders) => void,
  ) {}

  /** Takes bytes from the transport, in whatever pieces they come. */
  receive(bytes: Buffer): void {
    this.unread = Buffer.concat([this.unread, bytes]);
    while (this.unread.length >= HEADER_BYTES) {
      const length = this.unread.readUIntBE(5, 3);
      if (length > MAX_FRAME_BYTES) return this.close();
      const end = HEADER_BYTES + length;
      if (this.unread.length < end) return;
      const frame = this.unread.subarray(0, end);
      this.unread = this.unread.subarray(end);
      this.queue = this.queue.then(() => this.handle(frame)).catch(() => this.close());
    }
  }

  /** Ends all streams and the transport. */
  close(): void {
    for (const stream of this.streams.values()) stream.destroy();
    this.streams.clear();
    this.codec.close();
    this.transport.close();
  }

  private async handle(frame: Buffer): Promise<void> {
    const first = frame.readUInt32BE(0);
    const flags = frame.readUInt8(4);
    const payload = frame.subarray(HEADER_BYTES);
    if (first < 2 ** 31) {
      this.streams.get(first)?.receive(payload, (flags & FIN) !== 0);
      return;
    }
    switch (first & 0xffff) {
      case SYN_STREAM:
        return this.open(payload, (flags & FIN) !== 0);
      case RST_STREAM:
        this.streams.get(payload.readUInt32BE(0))?.destroy();
        return;
      case PING:
        this.control(PING, payload);
        return;
      case GO_AWAY:
        this.close();
        return;
      default:
        // Settings and windows are advice that we do without.
        return;
    }
  }

  private async open(payload: Buffer, ended: boolean): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = await this.codec.read(payload.subarray(10));
    const stream = new SpdyStream(
      (bytes, last) => this.data(id, bytes, last),
      () => this.streams.delete(id),
    );
    this.streams.set(id, stream);
    this.control(SYN_REPLY, Buffer.concat([number32(id), await this.codec.write({})]));
    if (ended) stream.receive(Buffer.alloc(0), true);
    this.opened(stream, headers);
  }

  private control(type: number, payload: Buffer): void {
    const head = Buffer.alloc(HEADER_BYTES);
    head.writeUInt16BE(0x8000 | VERSION, 0);
    head.writeUInt16BE(type, 2);
    head.writeUIntBE(payload.length, 5, 3);
    this.transport.send(Buffer.concat([head, payload]));
  }

  private data(id: number, bytes: Buffer, last: boolean): void {
    let from = 0;
    for (; bytes.length - from > CHUNK_BYTES; from += CHUNK_BYTES) {
      this.frame(id, bytes.subarray(from, from + CHUNK_BYTES), false);
    }
    this.frame(id, bytes.subarray(from), last);
  }

  private frame(id: number, payload: Buffer, last: boolean): void {
    const head = Buffer.alloc(HEADER_BYTES);
    head.writeUInt32BE(id, 0);
    head.writeUInt8(last ? FIN : 0, 4);
    head.writeUIntBE(payload.length, 5, 3);
    this.transport.send(Buffer.concat([head, payload]));
  }
}

/** One stream of a connection. */
class SpdyStream extends Duplex {
  constructor(
    private readonly sendData: (bytes: Buffer, last: boolean) => void,
    closed: () => void,
  ) {
    super();
    this.on("close", closed);
    // Whoever holds the other end sees the stream close; there is nothing more to tell.
    this.on("error", () => this.destroy());
  }

  receive(bytes: Buffer, last: boolean): void {
    if (this.destroyed) return;
    if (bytes.length > 0) this.push(bytes);
    if (last) this.push(null);
  }

  override _read(): void {
    // Bytes are pushed as they come.
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.sendData(bytes, false);
    done();
  }

  override _final(done: () => void): void {
    this.sendData(Buffer.alloc(0), true);
    done();
  }
}
