import { isRecord } from "@/lib/k8s/json-value";
import type { Field } from "@/lib/yaml/field";
import { checkEnvoyJson, envoyField, EnvoyFault } from "./envoy-json";
import { envoyMessage, type EnvoyMessage } from "./envoy-types";
import type { Issues } from "./issue";

/** The objects that are patched, by `applyTo`. */
const PATCHED: Readonly<Record<string, string>> = {
  CLUSTER: "envoy.config.cluster.v3.Cluster",
  LISTENER: "envoy.config.listener.v3.Listener",
  ROUTE_CONFIGURATION: "envoy.config.route.v3.RouteConfiguration",
  FILTER_CHAIN: "envoy.config.listener.v3.FilterChain",
  HTTP_FILTER: "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
  NETWORK_FILTER: "envoy.config.listener.v3.Filter",
  VIRTUAL_HOST: "envoy.config.route.v3.VirtualHost",
  HTTP_ROUTE: "envoy.config.route.v3.Route",
  EXTENSION_CONFIG: "envoy.config.core.v3.TypedExtensionConfig",
  BOOTSTRAP: "envoy.config.bootstrap.v3.Bootstrap",
  LISTENER_FILTER: "envoy.config.listener.v3.ListenerFilter",
};

/**
 * What istiod says of a patch's value when it reads it as the Envoy object that is patched: an
 * error where it cannot be read, a warning for what istiod's version of Envoy does not know.
 * Source: istio pkg/config/validation/envoyfilter.
 */
export function checkPatchValue(value: Field, applyTo: string, issues: Issues): void {
  if (/^\d+$/.test(applyTo) && value.exists) {
    issues.error(value, `Envoy filter: unknown object type for applyTo ${applyTo}`);
    return;
  }
  const name = Object.hasOwn(PATCHED, applyTo) ? PATCHED[applyTo] : undefined;
  const message = name === undefined ? undefined : envoyMessage(name);
  if (!message || !isRecord(value.value)) return;
  const fault = faultOf(value, message, false);
  if (fault) {
    issues.error(fault.at, withHint(`Envoy filter: ${fault.message}`));
    return;
  }
  const unknown = faultOf(value, message, true);
  if (unknown) {
    issues.warn(unknown.at, `Envoy filter: ${unknown.message}`);
    return;
  }
  const untyped = [...untypedExtensions(value, message)];
  if (untyped.length === 0) return;
  issues.warn(value, `using deprecated types by name without typed_config; ${untyped.join(", ")}`);
}

function faultOf(value: Field, message: EnvoyMessage, isStrict: boolean): EnvoyFault | undefined {
  try {
    checkEnvoyJson(value, message, isStrict);
    return undefined;
  } catch (error) {
    if (error instanceof EnvoyFault) return error;
    throw error;
  }
}

function withHint(problem: string): string {
  if (!problem.includes("could not resolve Any message type")) return problem;
  const hint = problem.includes(".v2.") ? " (hint: try using the v3 XDS API)" : "";
  return `referenced type unknown${hint}: ${problem}`;
}

/** The names of extensions that have no configuration of a type, innermost first; lists are not looked into. */
function* untypedExtensions(value: Field, { fields = [] }: EnvoyMessage): Iterable<string> {
  const isSet = (name: string): boolean =>
    fields.some((field) => field.name === name && envoyField(value, field).exists);
  for (const field of fields) {
    const inner = envoyField(value, field);
    if (field.holds !== "one" || field.type.kind !== "message" || !isRecord(inner.value)) continue;
    yield* untypedExtensions(inner, field.type.message);
  }
  const needsType = fields.some(({ name }) => name === "typed_config");
  if (needsType && !isSet("typed_config") && !isSet("config_discovery")) {
    yield value.at("name").text ?? "";
  }
}
