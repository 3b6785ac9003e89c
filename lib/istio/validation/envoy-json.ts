import { isRecord } from "@/lib/k8s/json-value";
import { parseDuration } from "@/lib/istio/duration";
import type { Field } from "@/lib/yaml/field";
import { type EnvoyField, envoyMessage, type EnvoyMessage, type EnvoyType } from "./envoy-types";

/** Why a value cannot be read as an Envoy object, in Go's words. */
export class EnvoyFault extends Error {
  override readonly name = "EnvoyFault";

  constructor(
    message: string,
    readonly at: Field,
  ) {
    super(message);
  }
}

/**
 * Reads a value as a protobuf message, as golang/protobuf's jsonpb does: fields in the order of
 * their declaration, in either spelling, and typed configuration by its `@type`.
 * @param isStrict whether a field that the message does not have is a fault
 * @throws EnvoyFault for the first fault
 */
export function checkEnvoyJson(value: Field, message: EnvoyMessage, isStrict: boolean): void {
  if (value.value === null || value.value === undefined || !message.fields) return;
  const read = WELL_KNOWN.get(message.name);
  if (read) read(value, isStrict);
  else checkFields(value, { message, isStrict, taken: [] });
}

const wrongType = (at: Field, found: string, wanted: string): EnvoyFault =>
  new EnvoyFault(`json: cannot unmarshal ${found} into Go value of type ${wanted}`, at);

const mistyped = (at: Field, wanted: string): EnvoyFault =>
  wrongType(at, jsonType(at.value), wanted);

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

const RECORD = "map[string]json.RawMessage";

function checkFields(
  value: Field,
  {
    message,
    isStrict,
    taken,
  }: {
    readonly message: EnvoyMessage;
    readonly isStrict: boolean;
    /** Keys that were read already. */
    readonly taken: readonly string[];
  },
): void {
  if (!isRecord(value.value)) throw mistyped(value, RECORD);
  const known = new Set(taken);
  for (const field of message.fields ?? []) {
    known.add(field.name).add(field.jsonName);
    checkField(envoyField(value, field), field, isStrict);
  }
  if (!isStrict) return;
  // Extensions in brackets are looked up by other ways.
  const unknown = Object.keys(value.value).find((key) => !known.has(key));
  if (unknown === undefined) return;
  throw new EnvoyFault(
    `unknown field ${JSON.stringify(unknown)} in ${message.name}`,
    value.at(unknown),
  );
}

/** A field in either spelling; where both are given, JSON's counts. */
export const envoyField = (
  value: Field,
  { name, jsonName }: Pick<EnvoyField, "name" | "jsonName">,
): Field => (value.at(jsonName).value !== undefined ? value.at(jsonName) : value.at(name));

function checkField(value: Field, { holds, type }: EnvoyField, isStrict: boolean): void {
  if (value.value === undefined || value.value === null) return;
  switch (holds) {
    case "one":
      checkOne(value, type, isStrict);
      return;
    case "list":
      if (!Array.isArray(value.value)) throw mistyped(value, "[]json.RawMessage");
      for (const item of value.items()) checkOne(item, type, isStrict);
      return;
    case "map":
      if (!isRecord(value.value)) throw mistyped(value, RECORD);
      for (const [, item] of value.entries()) checkOne(item, type, isStrict);
  }
}

function checkOne(value: Field, type: EnvoyType, isStrict: boolean): void {
  switch (type.kind) {
    case "message":
      checkEnvoyJson(value, type.message, isStrict);
      return;
    case "enum":
      if (typeof value.value === "string") {
        if (type.values.has(value.value)) return;
        const given = JSON.stringify(JSON.stringify(value.value));
        throw new EnvoyFault(`unknown value ${given} for enum ${type.name}`, value);
      }
      checkInteger({ value: value.value, at: value }, "protoreflect.EnumNumber", INTEGERS.int32);
      return;
    case "scalar":
      checkScalar(value, type.name);
  }
}

const INTEGERS = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
} as const;
const isInteger = (name: string): name is keyof typeof INTEGERS => Object.hasOwn(INTEGERS, name);

function checkScalar(value: Field, type: string): void {
  if (value.value === null || value.value === undefined) return;
  if (isInteger(type)) checkInteger(unquoted(value), type, INTEGERS[type]);
  else if (type === "string" || type === "bool") {
    if (jsonType(value.value) !== type) throw mistyped(value, type);
  } else if (type === "bytes") checkBytes(value);
  else if (type === "float32" || type === "float64") {
    if (typeof value.value === "string" && NON_FINITE.has(value.value)) return;
    if (typeof unquoted(value).value !== "number") throw mistyped(value, type);
  }
}

const NON_FINITE: ReadonlySet<string> = new Set(["NaN", "Infinity", "-Infinity"]);

/** A number may stand in quotes. */
interface Unquoted {
  readonly value: unknown;
  readonly at: Field;
}

function unquoted(at: Field): Unquoted {
  const { value } = at;
  if (typeof value !== "string") return { value, at };
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(value))
    return { value: Number(value), at };
  // What stands in the quotes is read as JSON.
  if (value === "") throw new EnvoyFault("unexpected end of JSON input", at);
  if (value === "true" || value === "false") return { value: value === "true", at };
  if (value === "null") return { value: 0, at };
  throw new EnvoyFault(
    `invalid character ${goCharacter(value)} looking for beginning of value`,
    at,
  );
}

function goCharacter(text: string): string {
  const [first = ""] = text;
  return first === "'" ? String.raw`'\''` : `'${first}'`;
}

function checkInteger(
  { value, at }: Unquoted,
  type: string,
  [least, most]: readonly [number, number],
): void {
  if (typeof value !== "number") throw wrongType(at, jsonType(value), type);
  const fits = Number.isInteger(value) && value >= least && value <= most && Math.abs(value) < 1e21;
  if (!fits) throw wrongType(at, `number ${value}`, type);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function checkBytes(value: Field): void {
  if (Array.isArray(value.value)) return;
  if (typeof value.value !== "string") throw mistyped(value, "[]uint8");
  const text = value.value.replace(/[\r\n]/g, "");
  if (BASE64.test(text)) return;
  const wrong = /[^A-Za-z0-9+/]/.exec(text)?.index ?? text.length;
  throw new EnvoyFault(`illegal base64 data at input byte ${wrong}`, value);
}

type Read = (value: Field, isStrict: boolean) => void;

const wrapper =
  (type: string): Read =>
  (value) => {
    checkScalar(value, type);
  };

/** Messages with a form of their own in JSON. */
const WELL_KNOWN: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["google.protobuf.Any", checkAny],
  ["google.protobuf.BoolValue", wrapper("bool")],
  ["google.protobuf.BytesValue", wrapper("bytes")],
  ["google.protobuf.StringValue", wrapper("string")],
  ["google.protobuf.Int32Value", wrapper("int32")],
  ["google.protobuf.UInt32Value", wrapper("uint32")],
  ["google.protobuf.Int64Value", wrapper("int64")],
  ["google.protobuf.UInt64Value", wrapper("uint64")],
  ["google.protobuf.FloatValue", wrapper("float32")],
  ["google.protobuf.DoubleValue", wrapper("float64")],
  ["google.protobuf.Duration", checkDuration],
  ["google.protobuf.Timestamp", checkTimestamp],
  ["google.protobuf.Value", () => undefined],
  [
    "google.protobuf.ListValue",
    (value) => {
      if (!Array.isArray(value.value))
        throw inside("bad ListValue", mistyped(value, "[]json.RawMessage"));
    },
  ],
  [
    "google.protobuf.Struct",
    (value) => {
      if (!isRecord(value.value)) throw inside("bad StructValue", mistyped(value, RECORD));
    },
  ],
]);
/** These have no form of their own, but count as such below an `@type`. */
const PLAIN_WELL_KNOWN: ReadonlySet<string> = new Set(["google.protobuf.Empty"]);

const inside = (words: string, fault: EnvoyFault): EnvoyFault =>
  new EnvoyFault(`${words}: ${fault.message}`, fault.at);

function checkAny(value: Field, isStrict: boolean): void {
  if (!isRecord(value.value)) throw mistyped(value, RECORD);
  const given = value.at("@type");
  if (given.value === undefined) throw new EnvoyFault("Any JSON doesn't have '@type'", value);
  if (typeof given.value !== "string" && given.value !== null) {
    const quoted = JSON.stringify(JSON.stringify(given.value));
    throw new EnvoyFault(`can't unmarshal Any's '@type': ${quoted}`, given);
  }
  const url = given.value ?? "";
  const message = envoyMessage(url.slice(url.lastIndexOf("/") + 1));
  if (!message) throw new EnvoyFault(`could not resolve Any message type: ${url}`, given);
  try {
    if (WELL_KNOWN.has(message.name) || PLAIN_WELL_KNOWN.has(message.name)) {
      const wrapped = value.at("value");
      if (wrapped.value === undefined) throw new EnvoyFault("Any JSON doesn't have 'value'", value);
      checkEnvoyJson(wrapped, message, isStrict);
    } else if (message.fields) checkFields(value, { message, isStrict, taken: ["@type"] });
  } catch (error) {
    if (!(error instanceof EnvoyFault)) throw error;
    if (error.message === "Any JSON doesn't have 'value'" && error.at === value) throw error;
    throw inside(`can't unmarshal Any nested proto ${url}`, error);
  }
}

function checkDuration(value: Field): void {
  if (typeof value.value !== "string") throw mistyped(value, "string");
  if (parseDuration(value.value) !== undefined) return;
  throw new EnvoyFault(`bad Duration: time: ${durationProblem(value.value)}`, value);
}

/** In the words of Go's time.ParseDuration. */
function durationProblem(text: string): string {
  const given = JSON.stringify(text);
  const [, rest = ""] = /^[-+]?(.*)$/s.exec(text) ?? [];
  const behind = rest.replace(/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+/, "");
  if (/^(?:\d+\.?\d*|\.\d+)$/.test(behind)) return `missing unit in duration ${given}`;
  const unit = /^(?:\d+\.?\d*|\.\d+)([^.\d]+)/.exec(behind)?.[1];
  return unit === undefined
    ? `invalid duration ${given}`
    : `unknown unit ${JSON.stringify(unit)} in duration ${given}`;
}

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[-+]\d{2}:\d{2})$/;

function checkTimestamp(value: Field): void {
  if (typeof value.value !== "string") throw mistyped(value, "string");
  if (TIMESTAMP.test(value.value) && !Number.isNaN(Date.parse(value.value))) return;
  const given = JSON.stringify(value.value);
  throw new EnvoyFault(
    `bad Timestamp: parsing time ${given} as "2006-01-02T15:04:05.999999999Z07:00": cannot parse ${given} as "2006"`,
    value,
  );
}
