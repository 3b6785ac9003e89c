import type { Readable } from "node:stream";
import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { WatchEvent } from "../ports";
import { networkError } from "./network-error";
import { statusError } from "./status";

const LINE_FEED = 0x0a;
/** Above etcd's limit of 1.5 MB for an object, with room for JSON. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Bookmarks come about every 60 s, but not for kinds of which nothing changed since the API server
 * started (kube-apiserver 1.36, unless etcd notifies it of progress). So a longer silence says
 * nothing: the connection may be dead, and only a new one can tell.
 */
const WATCH_SILENCE = seconds(90);

/**
 * The lines of a byte stream, however it was cut into chunks.
 * @throws AppError `unavailable` when it ends inside a line, so that no event is lost unseen.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const line = Buffer.concat([...pending, chunk.subarray(start, end)]).toString("utf8");
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      if (line.trim() !== "") yield line;
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.length - start;
    }
    if (pendingBytes > MAX_LINE_BYTES) {
      throw new AppError("unavailable", `a watch event is larger than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (pendingBytes > 0) throw new AppError("unavailable", "the watch broke off inside an event");
}

const Line = z.object({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: z.record(z.string(), z.unknown()),
});

/**
 * What one line of a watch says.
 * @throws AppError for an `ERROR` event (`expired` for 410), `unavailable` for what is no event.
 */
export function watchEvent(line: string, doing: string): WatchEvent {
  const parsed = Line.safeParse(jsonOf(line, doing));
  if (!parsed.success) {
    throw new AppError("unavailable", `Cannot ${doing}: the server sent something else`, {
      cause: parsed.error,
    });
  }
  const { type, object } = parsed.data;
  if (type === "ERROR") {
    throw statusError(typeof object.code === "number" ? object.code : 500, object, doing);
  }
  // An object without a name cannot be kept; its version still moves the cursor on.
  if (type === "BOOKMARK" || !isKubeObject(object)) {
    return { type: "bookmark", resourceVersion: versionOf(object) };
  }
  return { type: type === "DELETED" ? "delete" : "put", object };
}

/** Whether a JSON object is an object of Kubernetes that can be addressed. */
export function isKubeObject(object: unknown): object is KubeObject {
  return (
    isRecord(object) &&
    typeof object.apiVersion === "string" &&
    typeof object.kind === "string" &&
    isRecord(object.metadata) &&
    typeof object.metadata.name === "string"
  );
}

function versionOf(object: Readonly<Record<string, unknown>>): string {
  const { metadata } = object;
  return isRecord(metadata) && typeof metadata.resourceVersion === "string"
    ? metadata.resourceVersion
    : "";
}

function jsonOf(line: string, doing: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new AppError("unavailable", `Cannot ${doing}: the server sent broken JSON`, { cause });
  }
}

/**
 * The events of a watch until the server closes it, `signal` aborts, or nothing came for so long
 * that a new watch must find out whether the connection is alive.
 * @throws AppError as `watchEvent` does, and `unavailable` when the connection breaks.
 */
export async function* watchEvents(
  stream: Readable,
  { doing, signal, server }: { doing: string; signal: AbortSignal; server: URL },
): AsyncGenerator<WatchEvent> {
  const silence = new Error(`nothing came for ${WATCH_SILENCE / 1000} s`);
  const timer = setTimeout(() => stream.destroy(silence), WATCH_SILENCE);
  try {
    const chunks = heard(stream as AsyncIterable<Buffer>, () => timer.refresh());
    for await (const line of linesOf(chunks)) {
      yield watchEvent(line, doing);
    }
  } catch (cause) {
    if (!signal.aborted && cause !== silence) throw networkError(cause, server);
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}

async function* heard<T>(chunks: AsyncIterable<T>, onChunk: () => void): AsyncGenerator<T> {
  for await (const chunk of chunks) {
    onChunk();
    yield chunk;
  }
}
