import type { KindId } from "@/lib/istio/kinds";
import { kindInfo } from "@/lib/istio/kinds";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { Schema } from "@/lib/k8s/schema";
import istio from "@/lib/istio/schemas/istio.gen.json";
import { DecodeError } from "./go-types";

/** The schema of one of Istio's kinds. */
const SCHEMAS: ReadonlyMap<string, Schema> = new Map(
  istio.map(({ spec, schemas }) => {
    const [schema]: readonly Schema[] = schemas;
    const names = isRecord(spec["names"]) ? spec["names"] : {};
    const key = `${String(spec["group"])}/${String(names["kind"])}`;
    return [key, schema ?? {}];
  }),
);

/**
 * Reads the spec and status of one of Istio's kinds as istioctl's decoder of protobuf does: names
 * in snake case count too, numbers may be texts, enums numbers; null is absent, unknown fields are
 * passed over; an unknown enum value or a value of another type ends it. Source: golang/protobuf
 * jsonpb.
 * @throws DecodeError
 */
export function decodeIstio(kind: KindId, value: JsonRecord): JsonRecord {
  const { group, kind: name } = kindInfo(kind);
  const fields = SCHEMAS.get(`${group}/${name}`)?.properties ?? {};
  const part = (field: "spec" | "status") =>
    value[field] === undefined
      ? undefined
      : decode(value[field], fields[field] ?? {}, `${name}.${field}`);
  return { spec: part("spec"), status: part("status") };
}

function decode(value: unknown, schema: Schema, path: string): unknown {
  if (schema["x-kubernetes-preserve-unknown-fields"] && !schema.properties) {
    return checkStruct(value, path);
  }
  switch (schema.type) {
    case "object":
      return decodeObject(value, schema, path);
    case "array":
      if (value === null) return undefined;
      if (!Array.isArray(value)) throw mismatch(value, "list", path);
      // The copies that istioctl makes leave empty lists and maps out.
      if (value.length === 0) return undefined;
      return value.map((item) => {
        const read = decode(item, schema.items ?? {}, path);
        // A null in a list is an empty item.
        return read ?? emptyOf(schema.items ?? {});
      });
    case "boolean":
      if (value === null || typeof value === "boolean") return value ?? undefined;
      throw mismatch(value, "bool", path);
    case "integer":
    case "number":
      return decodeNumber(value, schema, path);
    case "string":
      return decodeText(value, schema, path);
    default:
      return value ?? undefined;
  }
}

const emptyOf = ({ type }: Schema): unknown =>
  type === "string" ? "" : type === "object" ? {} : type === "boolean" ? false : 0;

function checkStruct(value: unknown, path: string): unknown {
  if (value === null) return undefined;
  if (!isRecord(value)) throw mismatch(value, "object", path);
  return value;
}

function decodeObject(value: unknown, schema: Schema, path: string): unknown {
  if (value === null) return undefined;
  if (!isRecord(value)) throw mismatch(value, "object", path);
  const extra = isRecord(schema.additionalProperties) ? schema.additionalProperties : undefined;
  const decoded: Record<string, unknown> = {};
  for (const [written, inner] of Object.entries(value)) {
    if (extra && path.endsWith(PORTS_AS_KEYS)) checkPort(written, path);
    const name = extra ? written : jsonName(written, schema);
    const known = extra ?? schema.properties?.[name];
    // The name as JSON has it wins over the one in snake case.
    if (!known || (name !== written && Object.hasOwn(value, name))) continue;
    const read = decode(inner, known, `${path}.${name}`);
    if (read !== undefined) decoded[name] = read;
    else if (extra) decoded[name] = emptyOf(known);
  }
  if (extra && Object.keys(decoded).length === 0) return undefined;
  return extra ? decoded : withOneOf(decoded, schema);
}

/**
 * Fields of Istio's messages of which one alone can be set, in the order in which they are declared.
 * Source: istio.io/api, its `oneof`s.
 */
const ONE_OF: readonly (readonly string[])[] = [
  ["simple", "consistentHash"],
  ["httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"],
  ["ringHash", "maglev"],
  ["listener", "routeConfiguration", "cluster", "waypoint"],
  ["port", "derivePort"],
  ["string", "bytes"],
  ["exact", "prefix", "regex"],
  ["fixedDelay", "exponentialDelay"],
  ["httpStatus", "grpcStatus", "http2Error"],
  ["httpGet", "tcpSocket", "exec", "grpc"],
  ["metric", "customMetric"],
  ["literal", "environment", "header", "formatter"],
  ["wasm", "lua"],
];

/** Of such fields the last one counts, in the order in which they are declared. */
function withOneOf(decoded: Record<string, unknown>, { properties = {} }: Schema): JsonRecord {
  for (const names of ONE_OF) {
    const given = names.filter((name) => Object.hasOwn(decoded, name));
    if (given.length < 2 || !names.every((name) => Object.hasOwn(properties, name))) continue;
    for (const name of given.slice(0, -1)) delete decoded[name];
  }
  return decoded;
}

/** The one map whose keys are numbers. */
const PORTS_AS_KEYS = ".portLevelMtls";

function checkPort(key: string, path: string): void {
  if (/^(0|[1-9]\d*)$/.test(key) && Number(key) <= 4294967295) return;
  throw new DecodeError(
    `json: cannot unmarshal number ${key} into Go struct field ${path} of type uint32`,
  );
}

const jsonName = (written: string, schema: Schema): string =>
  schema.properties && !Object.hasOwn(schema.properties, written)
    ? written.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : written;

function decodeNumber(value: unknown, schema: Schema, path: string): unknown {
  if (value === null) return undefined;
  const number = typeof value === "string" ? numberOf(value) : value;
  if (typeof number !== "number") throw mismatch(value, "number", path);
  if (schema.type === "integer" && !Number.isInteger(number)) throw mismatch(value, "int", path);
  const unsigned = schema.minimum === 0 && schema.maximum === 4294967295;
  if (unsigned && (number < 0 || number > 4294967295)) throw mismatch(value, "uint32", path);
  const signed = schema.format === "int32";
  if (signed && Math.abs(number) > 2147483648) throw mismatch(value, "int32", path);
  return number;
}

const numberOf = (text: string): number | undefined =>
  /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;

function decodeText(value: unknown, schema: Schema, path: string): unknown {
  if (value === null) return undefined;
  if (schema.enum) return decodeEnum(value, schema.enum, path);
  if (typeof value !== "string") throw mismatch(value, "string", path);
  if (schema.format === "date-time" && !RFC3339.test(value)) {
    throw new DecodeError(`bad Timestamp: parsing time ${JSON.stringify(value)}`);
  }
  if (isDuration(schema, path) && !GO_DURATION.test(value)) {
    throw new DecodeError(`bad Duration: time: invalid duration ${JSON.stringify(value)}`);
  }
  return value;
}

function decodeEnum(value: unknown, known: readonly unknown[], path: string): unknown {
  if (typeof value === "number" && Number.isInteger(value)) return known[value] ?? value;
  if (typeof value !== "string") throw mismatch(value, "enum", path);
  if (known.includes(value)) return value;
  throw new DecodeError(`unknown value ${JSON.stringify(value)} for enum ${path}`);
}

/** Two durations have no rule in their definitions. */
const isDuration = (schema: Schema, path: string): boolean =>
  schema["x-kubernetes-validations"]?.some(({ rule }) => rule.includes("duration(self)")) ??
  /\.(httpCookie\.ttl|tcp\.idleTimeout)$/.test(path);

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const GO_DURATION =
  /^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)$/;

const mismatch = (value: unknown, type: string, path: string): DecodeError =>
  new DecodeError(
    `json: cannot unmarshal ${typeof value === "boolean" ? "bool" : Array.isArray(value) ? "array" : typeof value} into Go struct field ${path} of type ${type}`,
  );
