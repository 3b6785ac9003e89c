import type { Random } from "../random";
import { APPLY, JSON_PATCH, MERGE, PROTOBUF, REQUEST_SEEDS, STRATEGIC } from "./request-seeds";

/** A request that may be anything. */
export interface MutatedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"];
const TEXTS = [
  "",
  "..",
  "%2e%2e",
  "%2F",
  "%00",
  "%zz",
  "%",
  "a".repeat(300),
  "__proto__",
  "constructor",
  "status",
  "%F0%9F%92%A9",
  "%C0%AF",
  "null",
  "-1",
  "0",
  "1e999",
  "99999999999999999999",
  "*",
  "a%20b",
  "%E2%80%AE",
];
const PARAMETERS = [
  "limit",
  "continue",
  "resourceVersion",
  "resourceVersionMatch",
  "labelSelector",
  "fieldSelector",
  "dryRun",
  "fieldManager",
  "fieldValidation",
  "force",
  "timeoutSeconds",
  "allowWatchBookmarks",
  "sendInitialEvents",
  "propagationPolicy",
  "includeObject",
  "tailLines",
  "sinceSeconds",
  "ports",
  "__proto__",
];
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  "",
  "a",
  "\u0000",
  "\ud800",
  "x".repeat(5000),
  [],
  {},
  [[]],
  { a: { a: {} } },
  { $patch: "delete" },
  { $patch: "replace" },
  { "$deleteFromPrimitiveList/x": 1 },
  { "$setElementOrder/ports": [{}] },
  [null],
  [{}],
  { "": "" },
  { name: 1 },
  "2020-01-01T00:00:00Z",
];
const TYPES = [
  "application/json",
  "application/yaml",
  MERGE,
  STRATEGIC,
  JSON_PATCH,
  APPLY,
  PROTOBUF,
  "text/plain",
  "",
  "application/json; charset=latin1",
  "*/*",
  "application/cbor",
  ";;;",
  "a".repeat(2000),
];
const HEADERS: readonly (readonly [string, string])[] = [
  ["accept", "application/yaml"],
  ["accept", "application/json;as=Table;v=v1;g=meta.k8s.io"],
  ["accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"],
  ["accept", "image/png"],
  ["accept", ";q=,=;"],
  ["impersonate-user", "bob"],
  ["impersonate-group", "system:masters"],
  ["impersonate-extra-%zz", "x"],
  ["authorization", "Bearer "],
  ["authorization", "Bearer a.b.c"],
  ["host", "evil.example"],
  ["user-agent", "\u00e9\u00ff/"],
  ["content-encoding", "gzip"],
];

/** One request in order, then changed in one to four places. Same random numbers, same request. */
export function mutatedRequest(random: Random): MutatedRequest {
  const pick = <T>(list: readonly T[]): T => {
    const item = list[Math.floor(random.next() * list.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  };
  const seed = pick(REQUEST_SEEDS);
  let { method, path } = seed;
  const headers: Record<string, string> = { "content-type": seed.type ?? "application/json" };
  let body = bytesOf(seed.body);
  for (let left = 1 + Math.floor(random.next() * 4); left > 0; left--) {
    switch (Math.floor(random.next() * 8)) {
      case 0:
        method = pick(METHODS);
        break;
      case 1:
        path = withSegment(path, pick(TEXTS), random);
        break;
      case 2:
        path += `${path.includes("?") ? "&" : "?"}${pick(PARAMETERS)}=${pick(TEXTS)}`;
        break;
      case 3:
        headers["content-type"] = pick(TYPES);
        break;
      case 4: {
        const [name, value] = pick(HEADERS);
        headers[name] = value;
        break;
      }
      case 5:
        body = body && withOtherBytes(body, random);
        break;
      default:
        body = body && withOtherValue(body, pick(VALUES), random);
    }
  }
  // A watch without an end would hold its connection.
  if (/[?&]watch=/.test(path)) path += "&timeoutSeconds=0";
  return { method, path, headers, body };
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.from(JSON.stringify(body));
}

function withSegment(path: string, text: string, random: Random): string {
  const [head = "", query] = path.split("?");
  const segments = head.split("/");
  const at = 1 + Math.floor(random.next() * segments.length);
  segments.splice(at, Math.floor(random.next() * 2), text);
  const whole = segments.join("/");
  return `${whole.startsWith("/") ? "" : "/"}${whole}${query === undefined ? "" : `?${query}`}`;
}

/** Some bytes flipped, or the end cut off, or all of it twice. */
function withOtherBytes(body: Buffer, random: Random): Buffer {
  if (random.next() < 0.2) return body.subarray(0, Math.floor(random.next() * body.length));
  if (random.next() < 0.1) return Buffer.concat([body, body]);
  const changed = Buffer.from(body);
  for (let left = 1 + Math.floor(random.next() * 4); left > 0 && changed.length > 0; left--) {
    changed[Math.floor(random.next() * changed.length)] = Math.floor(random.next() * 256);
  }
  return changed;
}

/** A JSON document with something else in one of its places; other bodies as they are. */
function withOtherValue(body: Buffer, value: unknown, random: Random): Buffer {
  let document: unknown;
  try {
    document = JSON.parse(body.toString());
  } catch {
    return withOtherBytes(body, random);
  }
  const places: (() => void)[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const record = node as Record<string, unknown>;
    for (const key of Object.keys(record)) {
      places.push(() => (record[key] = value));
      places.push(() => {
        Object.defineProperty(record, `${key}2`, { value, enumerable: true });
      });
      visit(record[key]);
    }
  };
  visit(document);
  const place = places[Math.floor(random.next() * places.length)];
  if (!place) return Buffer.from(JSON.stringify(value) ?? "");
  place();
  return Buffer.from(JSON.stringify(document));
}
