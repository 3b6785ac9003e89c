import { isRecord } from "@/lib/k8s/json-value";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type { SimulationClock } from "@/sandbox/contracts";
import { invalidListOption, selectorOf, versionOption, wholeNumber } from "./list-options";
import type { Answer, ObjectRequest } from "./object-request";
import { renderList } from "./representation";
import { refuse } from "./status-error";
import type { ResourceKey, Storage } from "./storage";

interface Snapshot {
  readonly objects: readonly KubeObject[];
  readonly expires: number;
}

/** Where a paged list goes on. */
interface Token {
  readonly version: number;
  readonly key: ResourceKey;
  /** `namespace/name` of the last object handed out. */
  readonly after: string;
}

const SNAPSHOT_MS = 5 * 60_000;
const MAX_SNAPSHOTS = 200;
const EXPIRED =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

/** Answers lists; remembers the snapshots that paged ones are cut from. */
export class ObjectLister {
  private readonly snapshots = new Map<string, Snapshot>();

  constructor(
    private readonly storage: Storage,
    private readonly clock: SimulationClock,
  ) {}

  list({ target, path, query, rendering }: ObjectRequest): Answer {
    const { key } = target.type;
    const select = selectorOf(target.type, path, query);
    const limit = wholeNumber(query, "limit") ?? 0;
    const token = this.tokenOf(query, key);
    checkMatch(query);
    wholeNumber(query, "timeoutSeconds");
    if (!token) this.checkVersion(query);
    const version = token?.version || this.storage.version;
    const objects = token?.version ? this.snapshot(token) : this.storage.list(key);
    const after = token?.after;
    const matching = objects.filter(
      (object) => select(object) && (after === undefined || objectKey(object) > after),
    );
    const page = limit > 0 ? matching.slice(0, limit) : matching;
    const left = matching.length - page.length;
    const last = page.at(-1);
    if (left > 0) this.keep(`${version}:${key}`, objects);
    const selective = query.has("labelSelector") || query.has("fieldSelector");
    const metadata = {
      resourceVersion: String(version),
      ...(left > 0 && last ? { continue: write({ version, key, after: objectKey(last) }) } : {}),
      ...(left > 0 && !selective ? { remainingItemCount: left } : {}),
    };
    return { code: 200, text: renderList(page, metadata, rendering) };
  }

  /** Forgets all snapshots now, as etcd's compaction would. */
  compact(): void {
    this.snapshots.clear();
  }

  private checkVersion(query: URLSearchParams): void {
    const wanted =
      versionOption(query, (why) => refuse.badRequest(`invalid resource version: ${why}`)) ?? 0;
    const match = query.get("resourceVersionMatch");
    if (wanted > this.storage.version) {
      throw refuse.versionTooLarge(String(wanted), this.storage.version);
    }
    if (match === "Exact" && wanted > 0 && wanted < this.storage.version) {
      throw refuse.expired(`The resourceVersion for the provided list is too old.`);
    }
  }

  private tokenOf(query: URLSearchParams, key: ResourceKey): Token | undefined {
    const text = query.get("continue");
    if (!text) return undefined;
    if (query.get("resourceVersion") && query.get("resourceVersion") !== "0") {
      throw refuse.badRequest("specifying resource version is not allowed when using continue");
    }
    const token = read(text);
    if (token?.key !== key) throw refuse.badRequest("continue key is not valid");
    return token;
  }

  private snapshot(token: Token): readonly KubeObject[] {
    if (token.version === this.storage.version) return this.storage.list(token.key);
    const snapshot = this.snapshots.get(`${token.version}:${token.key}`);
    if (snapshot && snapshot.expires > this.clock.now()) return snapshot.objects;
    // Version zero: go on in what there is now.
    throw refuse.expired(EXPIRED, { continue: write({ ...token, version: 0 }) });
  }

  private keep(id: string, objects: readonly KubeObject[]): void {
    this.snapshots.delete(id);
    this.snapshots.set(id, { objects, expires: this.clock.now() + SNAPSHOT_MS });
    for (const oldest of this.snapshots.keys()) {
      if (this.snapshots.size <= MAX_SNAPSHOTS) break;
      this.snapshots.delete(oldest);
    }
  }
}

/** Refuses a `resourceVersionMatch` that says nothing here. @throws StatusError 422 */
function checkMatch(query: URLSearchParams): void {
  if (query.has("sendInitialEvents")) {
    const why = "Forbidden: sendInitialEvents is forbidden for list";
    throw invalidListOption("sendInitialEvents", "FieldValueForbidden", why);
  }
  const match = query.get("resourceVersionMatch");
  if (!match) return;
  const field = "resourceVersionMatch";
  const forbid = (why: string) =>
    invalidListOption(field, "FieldValueForbidden", `Forbidden: resourceVersionMatch ${why}`);
  const version = query.get("resourceVersion");
  if (query.get("continue")) throw forbid("is forbidden when continue is provided");
  if (!version) throw forbid("is forbidden unless resourceVersion is provided");
  if (!["Exact", "NotOlderThan"].includes(match)) {
    throw invalidListOption(
      field,
      "FieldValueNotSupported",
      `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
    );
  }
  if (match === "Exact" && version === "0") {
    throw forbid('"exact" is forbidden for resourceVersion "0"');
  }
}

const write = (token: Token): string => Buffer.from(JSON.stringify(token)).toString("base64url");

function read(text: string): Token | undefined {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (!isRecord(token)) return undefined;
    const { version, key, after } = token;
    return typeof version === "number" && typeof key === "string" && typeof after === "string"
      ? { version, key, after }
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
