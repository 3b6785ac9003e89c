import { compareText } from "@/lib/base/compare-text";
import { weakMemo } from "@/lib/base/weak-memo";
import {
  type EnvoyField,
  envoyMessage,
  type EnvoyMessage,
  type EnvoyType,
} from "@/lib/istio/validation/envoy-types";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { wellKnownJson } from "./well-known-json";

/** What the resources of each part of a dump are. */
export const XDS_MESSAGES = {
  Listeners: "envoy.config.listener.v3.Listener",
  Routes: "envoy.config.route.v3.RouteConfiguration",
  Clusters: "envoy.config.cluster.v3.Cluster",
  Endpoints: "envoy.config.endpoint.v3.ClusterLoadAssignment",
  Secrets: "envoy.extensions.transport_sockets.tls.v3.Secret",
  Ecds: "envoy.config.core.v3.TypedExtensionConfig",
} as const;

/** What happens to fields that the message does not have: istioctl drops them. */
export type UnknownFields = "dropped" | "kept";

/**
 * A message of a dump in protobuf's JSON as golang/protobuf writes it, which is how istioctl prints:
 * `routeConfig` where Envoy writes `route_config`, fields in the order of their declaration, zeroes
 * and empty lists left out where they say no more than their absence. `message` is the full name of
 * its type. What is of a type that istioctl does not know, or no message, stays as it is.
 */
export function protoJson(
  value: unknown,
  message: string,
  unknown: UnknownFields = "dropped",
): unknown {
  const type = envoyMessage(message);
  return type ? messageJson(value, type, unknown) : value;
}

/** JSON with four blanks for a level; an empty object takes three lines, the middle one empty. */
export function protoJsonText(json: unknown): string {
  return JSON.stringify(json, null, 4).replace(
    /^( *)(.*)\{\}(,?)$/gm,
    (_line, indent: string, before: string, after: string) =>
      `${indent}${before}{\n\n${indent}}${after}`,
  );
}

/** An absent value: it is not printed. */
const ABSENT = Symbol("absent");

const ANY = "google.protobuf.Any";
/** It counts as one with a form of its own below an `@type`, and has none elsewhere. */
const EMPTY = "google.protobuf.Empty";

function messageJson(value: unknown, type: EnvoyMessage, unknown: UnknownFields): unknown {
  if (type.name === ANY) return anyJson(value, unknown);
  const wellKnown = wellKnownJson(value, type.name);
  if (wellKnown) return wellKnown.json;
  if (!type.fields || !isRecord(value)) return value;
  return fieldsJson(value, type, unknown, []);
}

/** What it holds is told by its `@type`, and stands beside it or, for some types, in `value`. */
function anyJson(value: unknown, unknown: UnknownFields): unknown {
  if (!isRecord(value)) return value;
  const url = value["@type"];
  const held =
    typeof url === "string" ? envoyMessage(url.slice(url.lastIndexOf("/") + 1)) : undefined;
  if (!held) return value;
  if (held.name === ANY || held.name === EMPTY || wellKnownJson(value["value"], held.name)) {
    return { "@type": url, value: messageJson(value["value"], held, unknown) };
  }
  return held.fields ? fieldsJson(value, held, unknown, [["@type", url]]) : value;
}

type Entry = readonly [key: string, item: unknown];

function fieldsJson(
  value: JsonRecord,
  type: EnvoyMessage,
  unknown: UnknownFields,
  first: readonly Entry[],
): unknown {
  const fields = fieldsByName(type);
  const known: (readonly [place: number, ...Entry])[] = [];
  const others: Entry[] = [];
  for (const key of Object.keys(value)) {
    if (key === "@type") continue;
    const found = fields.get(key);
    if (found) {
      const item = fieldJson(value[key], found.field, unknown);
      if (item !== ABSENT) known.push([found.place, found.field.jsonName, item]);
    } else if (unknown === "kept") others.push([key, value[key]]);
  }
  known.sort(([a], [b]) => a - b);
  return Object.fromEntries([...first, ...known.map(([, key, item]) => [key, item]), ...others]);
}

/** Fields by both of their spellings. */
const fieldsByName = weakMemo((type: EnvoyMessage) => {
  const found = new Map<string, { readonly place: number; readonly field: EnvoyField }>();
  for (const [place, field] of (type.fields ?? []).entries()) {
    found.set(field.name, { place, field }).set(field.jsonName, { place, field });
  }
  return found;
});

function fieldJson(value: unknown, field: EnvoyField, unknown: UnknownFields): unknown {
  const { holds, type } = field;
  if (value === null || value === undefined) return ABSENT;
  if (holds === "list" && Array.isArray(value)) {
    const items = value
      .map((item) => oneJson(item, type, unknown))
      .filter((item) => item !== ABSENT);
    return items.length === 0 ? ABSENT : items;
  }
  if (holds === "map" && isRecord(value)) {
    const entries = Object.entries(value)
      .map(([key, item]) => [key, oneJson(item, type, unknown)] as const)
      .filter(([, item]) => item !== ABSENT)
      .sort(([a], [b]) => compareText(a, b));
    return entries.length === 0 ? ABSENT : Object.fromEntries(entries);
  }
  const item = oneJson(value, type, unknown);
  return holds === "one" && !field.isTold && isZero(item, type) ? ABSENT : item;
}

function oneJson(value: unknown, type: EnvoyType, unknown: UnknownFields): unknown {
  switch (type.kind) {
    case "message":
      return messageJson(value, type.message, unknown);
    case "enum":
      // A name that a newer Envoy has.
      return typeof value === "string" && !type.values.has(value) && unknown === "dropped"
        ? ABSENT
        : value;
    case "scalar":
      return scalarJson(value, type.name);
  }
}

/** Numbers of 64 bits are written as texts, smaller ones never are. */
function scalarJson(value: unknown, type: string): unknown {
  if (type === "int64" || type === "uint64") {
    return typeof value === "number" ? String(value) : value;
  }
  const isNumber = type === "int32" || type === "uint32" || type.startsWith("float");
  if (!isNumber || typeof value !== "string" || value.trim() === "") return value;
  return Number.isFinite(Number(value)) ? Number(value) : value;
}

function isZero(value: unknown, type: EnvoyType): boolean {
  switch (type.kind) {
    case "message":
      return false;
    case "enum":
      return value === 0 || value === firstOf(type.values);
    case "scalar":
      return value === 0 || value === "" || value === false || (value === "0" && isLong(type.name));
  }
}

const isLong = (type: string): boolean => type === "int64" || type === "uint64";

/** The first name of an enum is its zero. */
const firstOf = (values: ReadonlySet<string>): string | undefined => values.values().next().value;
