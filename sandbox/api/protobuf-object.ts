import { PROTOBUF_MESSAGES } from "./protobuf-messages";
import { ProtobufError, type WireField, wireFields } from "./protobuf-reader";

/** How one field of a message appears in JSON. */
interface Field {
  /** Undefined: its own fields belong to the message around it. */
  readonly name: string | undefined;
  readonly decode: (field: WireField, depth: number) => unknown;
  readonly many: "one" | "list" | "map";
  /** Whether a zero is a value, not absence. */
  readonly keepsZero: boolean;
}

type Message = ReadonlyMap<number, Field>;

const MAX_DEPTH = 50;

const stamp = ({ bytes }: WireField, digits: number): string | undefined => {
  if (bytes.length === 0) return undefined;
  const parts = wireFields(bytes);
  const part = (number: number) => parts.find((field) => field.number === number)?.integer ?? 0;
  const time = new Date(part(1) * 1000 + Math.floor(part(2) / 1e6));
  if (Number.isNaN(time.getTime())) throw new ProtobufError("a time is out of range");
  const text = time.toISOString();
  return digits === 0 ? `${text.slice(0, 19)}Z` : `${text.slice(0, -1)}${"0".repeat(digits - 3)}Z`;
};

const partOf = ({ bytes }: WireField, number: number): WireField | undefined =>
  wireFields(bytes).findLast((field) => field.number === number);

/** Types that are no messages of our list. */
const SCALARS: Readonly<Record<string, Field["decode"]>> = {
  text: ({ bytes }) => bytes.toString(),
  integer: ({ integer }) => integer,
  boolean: ({ integer }) => integer !== 0,
  bytes: ({ bytes }) => bytes.toString("base64"),
  Time: (field) => stamp(field, 0),
  MicroTime: (field) => stamp(field, 6),
  Quantity: (field) => partOf(field, 1)?.bytes.toString() ?? "0",
  IntOrString: (field) =>
    partOf(field, 1)?.integer === 1
      ? (partOf(field, 3)?.bytes.toString() ?? "")
      : (partOf(field, 2)?.integer ?? 0),
  ExtraValue: ({ bytes }) => wireFields(bytes).map((item) => item.bytes.toString()),
};

const parsed = new Map<string, Message>();

function messageNamed(name: string): Message | undefined {
  if (!Object.hasOwn(PROTOBUF_MESSAGES, name)) return undefined;
  const known = parsed.get(name);
  if (known) return known;
  const text = PROTOBUF_MESSAGES[name as keyof typeof PROTOBUF_MESSAGES];
  const message: Message = new Map(text.split(", ").map(fieldOf));
  parsed.set(name, message);
  return message;
}

function fieldOf(text: string): readonly [number, Field] {
  const [number = "", label = "", kind = ""] = text.split(" ");
  const name = label.replace(/!?:$/, "");
  const type = kind.replace(/\[\]$|\{\}$/, "");
  const decode =
    SCALARS[type] ??
    (({ bytes }: WireField, depth: number) => decodeMessage(bytes, messageNamed(type), depth + 1));
  const isMap = kind.endsWith("{}");
  return [
    Number(number),
    {
      name: name === "..." ? undefined : name,
      decode: isMap ? entryOf(decode) : decode,
      many: isMap ? "map" : kind.endsWith("[]") ? "list" : "one",
      keepsZero: label.includes("!") || !(type in SCALARS),
    },
  ];
}

const NOTHING: WireField = { number: 2, integer: 0, bytes: Buffer.alloc(0) };

/** A map's entry: a message of key and value. */
const entryOf =
  (decode: Field["decode"]): Field["decode"] =>
  (field, depth) => [
    partOf(field, 1)?.bytes.toString() ?? "",
    decode(partOf(field, 2) ?? NOTHING, depth),
  ];

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/**
 * The object in Kubernetes' protobuf envelope, as its JSON would be; undefined for a kind whose
 * message we do not know. @throws ProtobufError
 */
export function protobufObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new ProtobufError("provided data does not appear to be a protobuf message");
  }
  const envelope = wireFields(body.subarray(MAGIC.length));
  const part = (number: number): Buffer =>
    envelope.find((field) => field.number === number)?.bytes ?? Buffer.alloc(0);
  const type = wireFields(part(1));
  const named = (number: number): string =>
    type.find((field) => field.number === number)?.bytes.toString() ?? "";
  const [apiVersion, kind] = [named(1), named(2)];
  const message = messageNamed(kind);
  return message && { apiVersion, kind, ...decodeMessage(part(2), message, 0) };
}

function decodeMessage(
  bytes: Buffer,
  message: Message | undefined,
  depth: number,
): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw new ProtobufError("exceeded max depth");
  const decoded = new Map<string, unknown>();
  const lists = new Map<string, unknown[]>();
  const maps = new Map<string, Map<string, unknown>>();
  for (const wire of wireFields(bytes)) {
    const field = message?.get(wire.number);
    if (!field) continue;
    const { name, many, keepsZero } = field;
    const value = field.decode(wire, depth);
    if (name === undefined) {
      for (const [key, own] of Object.entries(value as object)) decoded.set(key, own);
    } else if (many === "list") {
      const list = lists.get(name) ?? [];
      list.push(value);
      lists.set(name, list);
    } else if (many === "map") {
      const [key, own] = value as [string, unknown];
      maps.set(name, (maps.get(name) ?? new Map<string, unknown>()).set(key, own));
    } else if (keepsZero || wire.bytes.length > 0 || wire.integer !== 0) decoded.set(name, value);
  }
  for (const [name, list] of lists) decoded.set(name, list);
  for (const [name, map] of maps) decoded.set(name, Object.fromEntries(map));
  return Object.fromEntries(decoded);
}
