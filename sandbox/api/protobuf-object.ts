import { ProtobufError, type WireField, wireFields } from "./protobuf-reader";

type Decode = (field: WireField) => unknown;

/** How one field of a message appears in JSON. */
interface Field {
  readonly name: string;
  readonly decode: Decode;
  readonly many?: "list" | "map";
}

type Message = Readonly<Record<number, Field>>;

const text: Decode = ({ bytes }) => bytes.toString();
const integer: Decode = (field) => field.integer;
const boolean: Decode = (field) => field.integer !== 0;
const base64: Decode = ({ bytes }) => bytes.toString("base64");
const message =
  (fields: Message): Decode =>
  ({ bytes }) =>
    decodeMessage(bytes, fields);

const one = (name: string, decode: Decode = text): Field => ({ name, decode });
const list = (name: string, decode: Decode = text): Field => ({ name, decode, many: "list" });
const map = (name: string, decode: Decode = text): Field => ({
  name,
  decode: ({ bytes }) => {
    const [key, value] = [1, 2].map((number) => wireFields(bytes).find((f) => f.number === number));
    return [key?.bytes.toString() ?? "", value ? decode(value) : ""];
  },
  many: "map",
});

const TIME: Decode = ({ bytes }) => {
  const seconds = wireFields(bytes).find(({ number }) => number === 1)?.integer ?? 0;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
};

const OWNER: Message = {
  1: one("kind"),
  3: one("name"),
  4: one("uid"),
  5: one("apiVersion"),
  6: one("controller", boolean),
  7: one("blockOwnerDeletion", boolean),
};
const META: Message = {
  1: one("name"),
  2: one("generateName"),
  3: one("namespace"),
  5: one("uid"),
  6: one("resourceVersion"),
  7: one("generation", integer),
  8: one("creationTimestamp", TIME),
  11: map("labels"),
  12: map("annotations"),
  13: list("ownerReferences", message(OWNER)),
  14: list("finalizers"),
};
const metadata = one("metadata", message(META));
const resource = (names: readonly [string, string, string, string, string, string, string]) =>
  Object.fromEntries(names.map((name, index) => [index + 1, one(name)]));
const RESOURCE_ATTRIBUTES: Message = resource([
  "namespace",
  "verb",
  "group",
  "version",
  "resource",
  "subresource",
  "name",
]);
const NON_RESOURCE: Message = { 1: one("path"), 2: one("verb") };
const REFERENCE: Message = { 1: one("kind"), 2: one("namespace"), 3: one("name"), 4: one("uid") };

/** The kinds that kubectl sends as protobuf, by their message's fields. */
const MESSAGES: Readonly<Record<string, Message>> = {
  SelfSubjectAccessReview: {
    1: metadata,
    2: one(
      "spec",
      message({
        1: one("resourceAttributes", message(RESOURCE_ATTRIBUTES)),
        2: one("nonResourceAttributes", message(NON_RESOURCE)),
      }),
    ),
  },
  SelfSubjectRulesReview: { 1: metadata, 2: one("spec", message({ 1: one("namespace") })) },
  SelfSubjectReview: { 1: metadata },
  Namespace: { 1: metadata },
  ConfigMap: {
    1: metadata,
    2: map("data"),
    3: map("binaryData", base64),
    4: one("immutable", boolean),
  },
  Secret: { 1: metadata, 2: map("data", base64), 3: one("type"), 5: one("immutable", boolean) },
  ServiceAccount: {
    1: metadata,
    2: list("secrets", message(REFERENCE)),
    3: list("imagePullSecrets", message({ 1: one("name") })),
    4: one("automountServiceAccountToken", boolean),
  },
  DeleteOptions: {
    1: one("gracePeriodSeconds", integer),
    2: one("preconditions", message({ 1: one("uid"), 2: one("resourceVersion") })),
    4: one("propagationPolicy"),
    5: list("dryRun"),
  },
};

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const TYPE: Message = { 1: one("apiVersion"), 2: one("kind") };

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
  const { apiVersion, kind } = decodeMessage(part(1), TYPE);
  const fields = typeof kind === "string" ? MESSAGES[kind] : undefined;
  return fields && { apiVersion, kind, ...decodeMessage(part(2), fields) };
}

function decodeMessage(bytes: Buffer, fields: Message): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const wire of wireFields(bytes)) {
    const field = fields[wire.number];
    if (!field) continue;
    const value = field.decode(wire);
    const known = decoded[field.name];
    if (field.many === "list")
      decoded[field.name] = [...(Array.isArray(known) ? (known as readonly unknown[]) : []), value];
    else if (field.many === "map") {
      decoded[field.name] = {
        ...(known as object),
        ...Object.fromEntries([value as [string, unknown]]),
      };
    } else if (wire.bytes.length > 0 || wire.integer !== 0) decoded[field.name] = value;
  }
  return decoded;
}
