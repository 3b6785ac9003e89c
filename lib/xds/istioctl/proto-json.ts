import { compareText } from "@/lib/base/compare-text";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";

/**
 * A message of a dump as istioctl prints it: `routeConfig` where Envoy writes `route_config`, fields
 * in the order in which Envoy's API declares them. Keys that are data (maps, free documents) stay.
 * `field` is the name of the field that holds the message, in Envoy's spelling.
 */
export function protoJson(message: unknown, field = ""): unknown {
  return converted(message, field, "");
}

/** JSON with four blanks for a level; an empty object takes three lines, the middle one empty. */
export function protoJsonText(message: unknown): string {
  return JSON.stringify(protoJson(message), null, 4).replace(
    /^( *)(.*)\{\}(,?)$/gm,
    (_line, indent: string, before: string, after: string) =>
      `${indent}${before}{\n\n${indent}}${after}`,
  );
}

/** Documents of `google.protobuf.Struct`, by the field that holds them. */
const DOCUMENTS: ReadonlySet<string> = new Set(["static_layer", "json_format", "filter_metadata"]);

/** Maps whose keys are names and whose values are messages again. */
const MAPS: ReadonlySet<string> = new Set([
  "typed_extension_protocol_options",
  "typed_per_filter_config",
  "typed_filter_metadata",
  "key_values",
  "providers",
  "requirement_map",
  "policies",
  "map",
]);

/** A cluster, up to the field behind which only settings stand that istiod leaves out. */
const CLUSTER = [
  "transport_socket_matches",
  "name",
  "alt_stat_name",
  "type",
  "cluster_type",
  "eds_cluster_config",
  "connect_timeout",
  "per_connection_buffer_limit_bytes",
  "lb_policy",
  "load_assignment",
  "health_checks",
  "max_requests_per_connection",
  "circuit_breakers",
  "upstream_http_protocol_options",
  "common_http_protocol_options",
  "http_protocol_options",
  "http2_protocol_options",
  "typed_extension_protocol_options",
  "dns_refresh_rate",
  "dns_jitter",
  "dns_failure_refresh_rate",
  "respect_dns_ttl",
  "dns_lookup_family",
];

/** Messages whose fields are declared in another order than that of their numbers, by their field. */
const DECLARED: Readonly<Record<string, readonly string[]>> = {
  bootstrap: [
    "node",
    "node_context_params",
    "static_resources",
    "dynamic_resources",
    "cluster_manager",
    "hds_config",
    "flags_path",
    "stats_sinks",
    "deferred_stat_options",
    "stats_config",
    "stats_flush_interval",
    "watchdog",
    "watchdogs",
    "tracing",
    "layered_runtime",
    "admin",
    "overload_manager",
    "enable_dispatcher_stats",
    "header_prefix",
  ],
  clusters: CLUSTER,
  cluster: CLUSTER,
  ads_config: ["api_type", "transport_api_version", "grpc_services"],
  api_config_source: ["api_type", "transport_api_version", "cluster_names", "grpc_services"],
  admin: ["access_log", "access_log_path", "profile_path", "address"],
};

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
const camel = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/** `parent` is the field that holds the message which holds this one. */
function converted(value: unknown, field: string, parent: string): unknown {
  if (Array.isArray(value)) return value.map((item) => converted(item, field, parent));
  if (!isRecord(value)) return value;
  if (isDocument(field, parent)) return sortedDocument(value);
  if (MAPS.has(field)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, converted(item, "", field)]),
    );
  }
  const isTyped = String(value["@type"]).endsWith(".TypedStruct");
  return Object.fromEntries(
    inDeclaredOrder(value, field).map(([key, item]) => {
      const name = snake(key);
      const isFree = isTyped && name === "value";
      const told = TIMES.has(name) ? timeText(item) : item;
      return [camel(key), isFree ? sortedDocument(told) : converted(told, name, field)];
    }),
  );
}

/** `metadata` is a document in a node and its build, and elsewhere a message. */
const isDocument = (field: string, parent: string): boolean =>
  DOCUMENTS.has(field) ||
  (field === "metadata" && (parent === "node" || parent === "user_agent_build_version"));

const TIMES: ReadonlySet<string> = new Set(["last_updated", "last_update_attempt"]);

/** Envoy always prints milliseconds, Go only where there are any. */
const timeText = (value: unknown): unknown =>
  typeof value === "string" ? value.replace(/\.000Z$/, "Z") : value;

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

function inDeclaredOrder(
  message: JsonRecord,
  field: string,
): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(message);
  const declared = DECLARED[field];
  if (!declared) return entries;
  const place = ([key]: readonly [string, unknown]): number => {
    const at = declared.indexOf(snake(key));
    return at < 0 ? declared.length : at;
  };
  return entries.sort((a, b) => place(a) - place(b));
}
