import type { ServerResponse } from "node:http";
import type { KubeObject } from "@/lib/k8s/object";
import type { Selector } from "@/lib/k8s/selector";
import type { SimulationClock } from "@/sandbox/contracts";
import { flag, invalidListOption, selectorOf, wholeNumber } from "./list-options";
import type { Answer, ObjectRequest } from "./object-request";
import { type Rendering, renderObject } from "./representation";
import { apiVersionOf } from "./resource-type";
import type { StatusError } from "./status-error";
import { refuse } from "./status-error";
import type { Storage, StorageEvent } from "./storage";

const BOOKMARK_MS = 60_000;
const DEFAULT_TIMEOUT_S = 1800;
/** A client that lets this many bytes pile up does not read: it must list again. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** Opens a watch. @throws StatusError when its parameters make no sense. */
export function watchObjects(
  storage: Storage,
  clock: SimulationClock,
  request: ObjectRequest,
): Answer {
  const { target, path, query, rendering } = request;
  const select = selectorOf(target.type, path, query);
  const from = wholeNumber(query, "resourceVersion") ?? 0;
  const initial = initialEvents(query);
  if (from > storage.version) throw refuse.versionTooLarge(String(from), storage.version);
  const timeoutS = wholeNumber(query, "timeoutSeconds") || DEFAULT_TIMEOUT_S;
  return {
    stream(response) {
      const stream = new WatchStream(response, select, rendering);
      const { key } = target.type;
      const bookmark = (annotations?: Record<string, string>): void =>
        stream.bookmark(storage.version, annotations);
      if (initial === "sent" || (initial === undefined && from === 0)) {
        for (const object of storage.list(key)) if (select(object)) stream.send("ADDED", object);
        if (initial === "sent") bookmark({ "k8s.io/initial-events-end": "true" });
      } else {
        const missed = storage.since(key, from || storage.version);
        if (!missed) {
          stream.fail(refuse.expired(`too old resource version: ${from} (${storage.version})`));
          return;
        }
        for (const event of missed) stream.change(event);
      }
      const bookmarks = flag(query, "allowWatchBookmarks");
      const stops = [
        storage.watch(key, (event) => stream.change(event)),
        clock.after(timeoutS * 1000, () => {
          if (bookmarks) bookmark();
          response.end();
        }),
        ...(bookmarks ? [clock.every(BOOKMARK_MS, () => bookmark())] : []),
      ];
      response.on("close", () => stops.forEach((stop) => stop()));
    },
  };
}

/** What `sendInitialEvents` asks for; undefined when the client does not say. */
function initialEvents(query: URLSearchParams): "sent" | "skipped" | undefined {
  const text = query.get("sendInitialEvents");
  const match = query.get("resourceVersionMatch");
  const invalid = (field: string, message: string) =>
    invalidListOption(field, "FieldValueForbidden", `Forbidden: ${message}`);
  if (text === null) {
    if (!match) return undefined;
    throw invalid(
      "resourceVersionMatch",
      "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
    );
  }
  if (match !== "NotOlderThan") {
    throw invalid(
      "resourceVersionMatch",
      "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
    );
  }
  return flag(query, "sendInitialEvents") ? "sent" : "skipped";
}

/** One open watch: JSON lines of those changes that concern its selector. */
class WatchStream {
  private headless = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly select: Selector,
    private readonly rendering: Rendering,
  ) {
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache" });
    response.flushHeaders();
  }

  /** An object that starts to match was added, and one that ceases to was deleted, for this client. */
  change({ type, object, before }: StorageEvent): void {
    const did = before !== undefined && this.select(before);
    const does = type !== "DELETED" && this.select(object);
    if (does) this.send(did ? "MODIFIED" : "ADDED", object);
    else if (did) this.send("DELETED", object);
  }

  send(type: string, object: KubeObject): void {
    this.write(type, renderObject(object, this.rendering, { headless: this.headless }));
    this.headless = true;
  }

  bookmark(version: number, annotations?: Readonly<Record<string, string>>): void {
    const { target, form } = this.rendering;
    const metadata = {
      resourceVersion: String(version),
      creationTimestamp: null,
      ...(annotations ? { annotations } : {}),
    };
    const object = {
      kind: target.type.kind,
      apiVersion: apiVersionOf(target.type.group, target.version.name),
      metadata,
    };
    const table = {
      kind: "Table",
      apiVersion: "meta.k8s.io/v1",
      metadata,
      columnDefinitions: null,
      rows: [],
    };
    this.write("BOOKMARK", JSON.stringify(form === "table" ? table : object));
  }

  fail(error: StatusError): void {
    this.write("ERROR", JSON.stringify(error.status()));
    this.response.end();
  }

  private write(type: string, json: string): void {
    if (this.response.destroyed || this.response.writableEnded) return;
    this.response.write(`{"type":"${type}","object":${json}}\n`);
    if (this.response.writableLength > MAX_UNREAD_BYTES) this.response.destroy();
  }
}
