import { compareText } from "@/lib/base/compare-text";
import { isRecord } from "@/lib/k8s/json-value";

/**
 * A message that has a form of its own in JSON, as golang/protobuf writes it; undefined for one of
 * another type. A value that is none of its type stays as it is.
 */
export function wellKnownJson(
  value: unknown,
  type: string,
): { readonly json: unknown } | undefined {
  const write = type.startsWith(PREFIX) ? WRITERS.get(type.slice(PREFIX.length)) : undefined;
  return write && { json: write(value) };
}

const PREFIX = "google.protobuf.";

type Write = (value: unknown) => unknown;

const asIs: Write = (value) => value;
const asText: Write = (value) => (typeof value === "number" ? String(value) : value);
const asNumber: Write = (value) =>
  typeof value === "string" && value !== "" && Number.isFinite(Number(value))
    ? Number(value)
    : value;

const WRITERS: ReadonlyMap<string, Write> = new Map<string, Write>([
  ["BoolValue", asIs],
  ["StringValue", asIs],
  ["BytesValue", asIs],
  ["Int32Value", asNumber],
  ["UInt32Value", asNumber],
  ["FloatValue", asNumber],
  ["DoubleValue", asNumber],
  ["Int64Value", asText],
  ["UInt64Value", asText],
  ["Duration", durationText],
  ["Timestamp", timestampText],
  ["Struct", sortedDocument],
  ["ListValue", sortedDocument],
  ["Value", sortedDocument],
]);

/** Go prints the keys of a document in order. */
function sortedDocument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedDocument);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compareText(a, b))
      .map(([key, item]) => [key, sortedDocument(item)]),
  );
}

/** Fractions of a second have 3, 6 or 9 digits, or none where they are zero. */
function fractionText(digits: string): string {
  const nanos = digits.padEnd(9, "0").slice(0, 9);
  return `.${nanos}`.replace(/(?:000){1,3}$/, "").replace(/^\.$/, "");
}

function durationText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const [, sign, whole, digits = ""] = /^([+-]?)(\d+)(?:\.(\d*))?s$/.exec(value) ?? [];
  if (whole === undefined) return value;
  const text = `${whole.replace(/^0+(?=\d)/, "")}${fractionText(digits)}s`;
  return sign === "-" && text !== "0s" ? `-${text}` : text;
}

function timestampText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const [, whole, digits = "", zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(value) ?? [];
  if (whole === undefined) return value;
  const utc = zone === "Z" ? whole : inUtc(`${whole}${zone}`);
  return utc === undefined ? value : `${utc}${fractionText(digits)}Z`;
}

/** `2026-08-28T02:00:00+02:00` as `2026-08-28T00:00:00`; undefined for a day that does not exist. */
function inUtc(text: string): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 19);
}
