import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** How a stream is cut: closed in order, torn off, or torn off in the middle of a line. */
export type Cut = "end" | "reset" | "truncate";

type PathTest = (path: string) => boolean;

/** The streams that are open now (watches, logs that are followed), and what is done to them. */
export class OpenStreams {
  private readonly open = new Set<OpenStream>();
  private readonly freezes = new Set<PathTest>();
  private readonly doubles = new Set<PathTest>();
  private readonly sockets = new Map<Duplex, string>();
  private readonly socketFreezes = new Set<PathTest>();

  /** Takes charge of a stream that writes lines to `response`. */
  add(response: ServerResponse): OpenStream {
    const path = pathOf(response.req);
    const stream = new OpenStream(path, response, {
      isFrozen: () => this.freezes.size > 0 && [...this.freezes].some((test) => test(path)),
      isDoubled: () => this.doubles.size > 0 && [...this.doubles].some((test) => test(path)),
    });
    this.open.add(stream);
    response.on("close", () => this.open.delete(stream));
    return stream;
  }

  /** Takes charge of a connection that was upgraded to another protocol: a port-forward. */
  addSocket(request: IncomingMessage, socket: Duplex): void {
    const path = pathOf(request);
    this.sockets.set(socket, path);
    socket.on("close", () => this.sockets.delete(socket));
    if (this.isFrozenSocket(path)) hold(socket);
  }

  /** Lets no byte through on upgraded connections of some paths, either way, until the returned call. */
  freezeSockets(concerns: PathTest): () => void {
    const free = [...this.sockets].filter(([, path]) => !this.isFrozenSocket(path));
    this.socketFreezes.add(concerns);
    for (const [socket, path] of free) if (concerns(path)) hold(socket);
    return () => {
      if (!this.socketFreezes.delete(concerns)) return;
      for (const [socket, path] of this.sockets) {
        if (concerns(path) && !this.isFrozenSocket(path)) letGo(socket);
      }
    };
  }

  private isFrozenSocket(path: string): boolean {
    return [...this.socketFreezes].some((test) => test(path));
  }

  /** Cuts the streams of some paths. */
  cut(concerns: PathTest, how: Cut): void {
    for (const stream of [...this.open]) if (concerns(stream.path)) stream.cut(how);
  }

  /** Lets the streams of some paths, later ones too, say nothing until the returned call. */
  freeze(concerns: PathTest): () => void {
    this.freezes.add(concerns);
    return () => {
      this.freezes.delete(concerns);
      for (const stream of [...this.open]) stream.thaw();
    };
  }

  /** Writes each line of some paths twice until the returned call. */
  double(concerns: PathTest): () => void {
    this.doubles.add(concerns);
    return () => {
      this.doubles.delete(concerns);
    };
  }
}

function hold(socket: Duplex): void {
  socket.pause();
  socket.cork();
}

function letGo(socket: Duplex): void {
  socket.uncork();
  socket.resume();
}

/** A client that lets this many bytes pile up does not read: it must list again. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** One open stream of lines. */
export class OpenStream {
  private held: string[] = [];
  private heldBytes = 0;
  private ending = false;
  private thawed: (() => void)[] = [];

  constructor(
    readonly path: string,
    private readonly response: ServerResponse,
    private readonly state: { isFrozen(): boolean; isDoubled(): boolean },
  ) {}

  write(line: string): void {
    if (this.response.destroyed || this.response.writableEnded || this.ending) return;
    const text = this.state.isDoubled() ? line + line : line;
    if (!this.state.isFrozen()) this.response.write(text);
    else {
      this.held.push(text);
      this.heldBytes += text.length;
    }
    const unread = this.response.writableLength + this.heldBytes;
    if (unread > MAX_UNREAD_BYTES) this.response.destroy();
  }

  /** Resolves when more may be written: the client has read, nothing holds the stream, or it is closed. */
  ready(): Promise<void> {
    const { response } = this;
    return new Promise((resolve) => {
      if (response.destroyed) resolve();
      else if (this.state.isFrozen()) this.thawed.push(resolve);
      else if (!response.writableNeedDrain) setImmediate(resolve);
      else {
        const go = () => {
          response.off("drain", go).off("close", go);
          resolve();
        };
        response.on("drain", go).on("close", go);
      }
    });
  }

  get isClosed(): boolean {
    return this.response.destroyed || this.response.writableEnded;
  }

  end(): void {
    if (this.state.isFrozen()) this.ending = true;
    else this.response.end();
  }

  /** Writes what was held, unless something else still holds it. */
  thaw(): void {
    if (this.state.isFrozen()) return;
    for (const text of this.held.splice(0)) this.response.write(text);
    this.heldBytes = 0;
    for (const go of this.thawed.splice(0)) go();
    if (this.ending) this.response.end();
  }

  cut(how: Cut): void {
    if (how === "end") {
      this.response.end();
      return;
    }
    const tear = () => this.response.destroy();
    if (how === "truncate") this.response.write('{"type":"MODIFIED","object":{"kind":"', tear);
    else tear();
  }
}

/** The path of a request without its query. */
const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?")[0] ?? url;
