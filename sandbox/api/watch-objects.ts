import type { ServerResponse } from "node:http";
import type { KubeObject } from "@/lib/k8s/object";
import type { Selector } from "@/lib/k8s/selector";
import type { SimulationClock } from "@/sandbox/contracts";
import { flag, invalidListOption, selectorOf, versionOption, wholeNumber } from "./list-options";
import type { Answer, ObjectRequest } from "./object-request";
import type { OpenStream, OpenStreams } from "./open-streams";
import { type Rendering, renderObject } from "./representation";
import { apiVersionOf } from "./resource-type";
import { refuse, StatusError } from "./status-error";
import type { Storage, StorageEvent } from "./storage";

const BOOKMARK_MS = 60_000;
const DEFAULT_TIMEOUT_S = 1800;

/** What a watch lives on. */
interface WatchSetting {
  readonly storage: Storage;
  readonly clock: SimulationClock;
  readonly streams: OpenStreams;
}

/** Opens a watch. @throws StatusError when its parameters make no sense. */
export function watchObjects(
  { storage, clock, streams }: WatchSetting,
  request: ObjectRequest,
): Answer {
  const { target, path, query } = request;
  const select = selectorOf(target.type, path, query);
  const from = versionOption(query, (why) => new StatusError(500, "", why)) ?? 0;
  const initial = initialEvents(query);
  const rendering = asEvents(request.rendering);
  const timeoutS = wholeNumber(query, "timeoutSeconds") || DEFAULT_TIMEOUT_S;
  return {
    stream(response) {
      const stream = new WatchStream(response, select, rendering, streams);
      const { key } = target.type;
      const bookmark = (): void => stream.bookmark(storage.version);
      if (initial === "sent" || (initial === undefined && from === 0)) {
        const { version } = storage;
        stream.begin(storage.list(key), () => {
          if (initial === "sent") {
            stream.bookmark(version, { "k8s.io/initial-events-end": "true" });
          }
        });
      } else {
        const missed = storage.since(key, from || storage.version);
        // Versions that are still to come are waited for.
        if (!missed) {
          stream.fail(refuse.expired(`too old resource version: ${from} (${storage.version})`));
          return;
        }
        for (const event of missed) stream.change(event);
      }
      const bookmarks = flag(query, "allowWatchBookmarks");
      const stops = [
        storage.watch(key, (event) => {
          if (event.version > from) stream.change(event);
        }),
        clock.after(Math.max(0, timeoutS) * 1000, () => {
          if (bookmarks) bookmark();
          stream.end();
        }),
        ...(bookmarks ? [clock.every(BOOKMARK_MS, () => bookmark())] : []),
      ];
      response.on("close", () => stops.forEach((stop) => stop()));
    },
  };
}

/** Events hold single objects: metadata of a list is that of each. */
const asEvents = (rendering: Rendering): Rendering =>
  rendering.form === "metadata-list" ? { ...rendering, form: "metadata" } : rendering;

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

/** So many of the objects that are there already are sent before others have their turn. */
const AT_ONCE = 50;

/** One open watch: JSON lines of those changes that concern its selector. */
class WatchStream {
  private headless = false;
  /** What is to be written after the objects that are there already; undefined once those are sent. */
  private later: (() => void)[] | undefined;
  private readonly lines: OpenStream;

  constructor(
    response: ServerResponse,
    private readonly select: Selector,
    private readonly rendering: Rendering,
    streams: OpenStreams,
  ) {
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache" });
    response.flushHeaders();
    this.lines = streams.add(response);
  }

  /**
   * Sends what is there already, as fast as the client reads it; changes meanwhile wait for `done`.
   * Thousands of objects at once would let nobody else have an answer.
   */
  begin(objects: readonly KubeObject[], done: () => void): void {
    this.later = [done];
    const send = async (): Promise<void> => {
      let sent = 0;
      for (const object of objects) {
        if (!this.select(object)) continue;
        this.added(object);
        sent += 1;
        if (sent % AT_ONCE === 0) await this.lines.ready();
        if (this.lines.isClosed) return;
      }
      const { later = [] } = this;
      this.later = undefined;
      for (const write of later) write();
    };
    // A client that goes away in the middle is no failure of ours.
    send().catch(() => this.lines.end());
  }

  /** An object that starts to match was added, and one that ceases to was deleted, for this client. */
  change({ type, object, before }: StorageEvent): void {
    const did = before !== undefined && this.select(before);
    const does = type !== "DELETED" && this.select(object);
    if (does) this.send(did ? "MODIFIED" : "ADDED", object);
    else if (did) this.send("DELETED", object);
  }

  private send(type: string, object: KubeObject): void {
    this.write(() => this.line(type, object));
  }

  private added(object: KubeObject): void {
    this.lines.write(this.line("ADDED", object));
  }

  private line(type: string, object: KubeObject): string {
    const json = renderObject(object, this.rendering, { headless: this.headless });
    this.headless = true;
    return eventLine(type, json);
  }

  bookmark(version: number, annotations?: Readonly<Record<string, string>>): void {
    const { target, form } = this.rendering;
    const metadata = {
      resourceVersion: String(version),
      creationTimestamp: null,
      ...(annotations ? { annotations } : {}),
    };
    const object = {
      kind: form === "object" ? target.type.kind : "PartialObjectMetadata",
      apiVersion:
        form === "object" ? apiVersionOf(target.type.group, target.version.name) : "meta.k8s.io/v1",
      metadata,
    };
    const table = {
      kind: "Table",
      apiVersion: "meta.k8s.io/v1",
      metadata,
      columnDefinitions: null,
      rows: [],
    };
    this.write(() => eventLine("BOOKMARK", JSON.stringify(form === "table" ? table : object)));
  }

  fail(error: StatusError): void {
    this.write(() => eventLine("ERROR", JSON.stringify(error.status())));
    this.end();
  }

  end(): void {
    if (this.later) this.later.push(() => this.lines.end());
    else this.lines.end();
  }

  private write(line: () => string): void {
    if (this.later) this.later.push(() => this.lines.write(line()));
    else this.lines.write(line());
  }
}

const eventLine = (type: string, json: string): string => `{"type":"${type}","object":${json}}\n`;
