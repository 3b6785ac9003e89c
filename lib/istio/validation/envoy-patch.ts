import { isRecord } from "@/lib/k8s/json-value";
import type { Field } from "@/lib/yaml/field";
import { ENVOY_MESSAGES, type EnvoyFieldType, type EnvoyMessage } from "./envoy-messages";
import type { Issues } from "./issue";

/**
 * What istiod says of a patch's value when it reads it as the Envoy object that is patched. Only
 * the object's own fields are known here; what stands deeper is for the server to judge.
 * Source: istio pkg/config/validation/envoyfilter.
 */
export function checkPatchValue(value: Field, applyTo: string, issues: Issues): void {
  const known = ENVOY_MESSAGES.get(applyTo);
  if (!known || !isRecord(value.value)) return;
  const config = fieldOf(value, "typed_config");
  const mistake = typeFault(value, known);
  const fault = mistake ?? anyFault(config);
  if (fault !== undefined) {
    issues.error(mistake === undefined ? config : value, fault);
    return;
  }
  const unknown = value.entries().find(([name]) => !known.fields.has(protoName(name)));
  if (unknown) {
    const [name, field] = unknown;
    issues.warn(field, `Envoy filter: unknown field ${JSON.stringify(name)} in ${known.name}`);
    return;
  }
  const untyped = [...untypedExtensions(value, known)];
  if (untyped.length === 0) return;
  const names = untyped.map((extension) => extension.at("name").text ?? "").join(", ");
  issues.warn(value, `using deprecated types by name without typed_config; ${names}`);
}

/** The name in protobuf's own spelling. */
const protoName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A field in either spelling. */
function fieldOf(value: Field, name: string): Field {
  const json = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return value.at(json).exists ? value.at(json) : value.at(name);
}

const GO_TYPES: Readonly<Record<Exclude<EnvoyFieldType, "other">, string>> = {
  object: "map[string]json.RawMessage",
  list: "[]json.RawMessage",
  string: "string",
  bool: "bool",
};

const mistyped = (found: string, wanted: string): string =>
  `Envoy filter: json: cannot unmarshal ${found} into Go value of type ${wanted}`;

/** Go's error for the first field, in the object's own order, that has another type. */
function typeFault(value: Field, { fields }: EnvoyMessage): string | undefined {
  for (const [name, type] of fields) {
    const field = fieldOf(value, name);
    if (!field.exists || type === "other") continue;
    const found = jsonType(field.value);
    if (found === type || (found === "array" && type === "list")) continue;
    return mistyped(found, GO_TYPES[type]);
  }
  return undefined;
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** Why a typed configuration cannot be read at all. */
function anyFault(config: Field): string | undefined {
  if (!config.exists) return undefined;
  if (!isRecord(config.value)) return mistyped(jsonType(config.value), GO_TYPES.object);
  return typeProblem(config.at("@type").text);
}

/** Where istiod's messages come from: a type of another root is not known to it. */
const ROOTS: ReadonlySet<string> = new Set(
  "envoy udpa xds google istio io cel opencensus opentelemetry validate".split(" "),
);

function typeProblem(url: string | undefined): string | undefined {
  if (url === undefined) return "Envoy filter: Any JSON doesn't have '@type'";
  const name = url.slice(url.lastIndexOf("/") + 1);
  const isOld = name.includes(".v2.");
  if (!isOld && ROOTS.has(name.split(".")[0] ?? "")) return undefined;
  const hint = isOld ? " (hint: try using the v3 XDS API)" : "";
  return `referenced type unknown${hint}: Envoy filter: could not resolve Any message type: ${url}`;
}

/** Fields of Envoy's objects that are extensions too. */
const EXTENSIONS = ["transport_socket", "cluster_type", "upstream_config"];

/** Extensions that are named and not typed: the patched object itself, or one right below it. */
function* untypedExtensions(value: Field, { fields }: EnvoyMessage): Iterable<Field> {
  for (const name of EXTENSIONS) {
    const extension = fieldOf(value, name);
    if (fields.has(name) && isRecord(extension.value) && !isTyped(extension)) yield extension;
  }
  if (fields.has("typed_config") && !isTyped(value)) yield value;
}

const isTyped = (extension: Field): boolean =>
  fieldOf(extension, "typed_config").exists || fieldOf(extension, "config_discovery").exists;
