import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";
import { quoted } from "./names";

interface Message {
  readonly type: string;
  readonly fields: readonly string[];
}

/** Envoy's messages that only wrap a filter's configuration: all of their fields are known here. */
const WRAPPERS: Readonly<Record<string, Message>> = {
  HTTP_FILTER: {
    type: "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
    fields: ["name", "typed_config", "config_discovery", "is_optional", "disabled"],
  },
  NETWORK_FILTER: {
    type: "envoy.config.listener.v3.Filter",
    fields: ["name", "typed_config", "config_discovery"],
  },
  LISTENER_FILTER: {
    type: "envoy.config.listener.v3.ListenerFilter",
    fields: ["name", "typed_config", "config_discovery", "filter_disabled"],
  },
  EXTENSION_CONFIG: {
    type: "envoy.config.core.v3.TypedExtensionConfig",
    fields: ["name", "typed_config"],
  },
};

/** Where istiod's messages come from: a type of another root is not known to it. */
const ROOTS: ReadonlySet<string> = new Set(
  "envoy udpa xds google istio io cel opencensus opentelemetry validate".split(" "),
);

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A field of a message, under either of the names that protobuf reads. */
const either = (value: Field, name: string): Field =>
  value.at(name).exists ? value.at(name) : value.at(camel(name));

/**
 * Checks the value of a patch as far as that goes without all of Envoy's messages: that of filters,
 * and the type of their configuration.
 */
export function checkPatchValue(value: Field, applyTo: string, issues: Issues): void {
  const message = Object.hasOwn(WRAPPERS, applyTo) ? WRAPPERS[applyTo] : undefined;
  if (!message || !value.exists) return;
  const config = either(value, "typed_config");
  const problem = config.exists ? typeProblem(config.at("@type").text) : undefined;
  if (problem !== undefined) {
    issues.error(config, problem);
    return;
  }
  const known = new Set(message.fields.flatMap((name) => [name, camel(name)]));
  const unknown = value.entries().find(([name]) => !known.has(name));
  if (unknown) {
    const [name, field] = unknown;
    issues.warn(field, `Envoy filter: unknown field ${quoted(name)} in ${message.type}`);
  } else if (!config.exists && !either(value, "config_discovery").exists) {
    const name = value.at("name").text ?? "";
    issues.warn(value, `using deprecated types by name without typed_config; ${name}`);
  }
}

function typeProblem(url: string | undefined): string | undefined {
  if (url === undefined) return "Envoy filter: Any JSON doesn't have '@type'";
  const name = url.slice(url.lastIndexOf("/") + 1);
  const isOld = name.includes(".v2.");
  if (!isOld && ROOTS.has(name.split(".")[0] ?? "")) return undefined;
  const hint = isOld ? " (hint: try using the v3 XDS API)" : "";
  return `referenced type unknown${hint}: Envoy filter: could not resolve Any message type: ${url}`;
}
