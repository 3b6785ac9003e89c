import type { Schema } from "@/lib/k8s/schema";
import { COMMON } from "./common";
import { DESTINATION_RULE } from "./destination-rule";
import type { FieldDocs } from "./field-docs";
import { GATEWAY_API } from "./gateway-api";
import { GATEWAY, SIDECAR } from "./gateway-sidecar";
import { SERVICE_ENTRY, WORKLOAD_ENTRY, WORKLOAD_GROUP } from "./registry-kinds";
import { AUTHORIZATION_POLICY, PEER_AUTHENTICATION, REQUEST_AUTHENTICATION } from "./security";
import {
  ENVOY_FILTER,
  PROXY_CONFIG,
  TELEMETRY,
  TRAFFIC_EXTENSION,
  WASM_PLUGIN,
} from "./telemetry-extensions";
import { VIRTUAL_SERVICE } from "./virtual-service";

const ISTIO: Readonly<Record<string, FieldDocs>> = {
  AuthorizationPolicy: AUTHORIZATION_POLICY,
  DestinationRule: DESTINATION_RULE,
  EnvoyFilter: ENVOY_FILTER,
  Gateway: GATEWAY,
  PeerAuthentication: PEER_AUTHENTICATION,
  ProxyConfig: PROXY_CONFIG,
  RequestAuthentication: REQUEST_AUTHENTICATION,
  ServiceEntry: SERVICE_ENTRY,
  Sidecar: SIDECAR,
  Telemetry: TELEMETRY,
  TrafficExtension: TRAFFIC_EXTENSION,
  VirtualService: VIRTUAL_SERVICE,
  WasmPlugin: WASM_PLUGIN,
  WorkloadEntry: WORKLOAD_ENTRY,
  WorkloadGroup: WORKLOAD_GROUP,
};

/** The tables that speak of a kind, the nearer first. */
export function tablesOf(group: string, kind: string): readonly FieldDocs[] {
  if (group.endsWith("gateway.networking.k8s.io") || group === "gateway.networking.x-k8s.io") {
    return [GATEWAY_API[kind] ?? {}];
  }
  return group.endsWith(".istio.io") ? [ISTIO[kind] ?? {}, COMMON] : [];
}

/** What a field means, by its path of names (`["spec", "http", "timeout"]`). */
export function describeField(
  { group, kind }: { readonly group: string; readonly kind: string },
  path: readonly string[],
): string | undefined {
  for (const table of tablesOf(group, kind)) {
    for (let start = 0; start < path.length; start++) {
      const end = path.slice(start).join(".");
      if (Object.hasOwn(table, end)) return table[end];
    }
  }
  return undefined;
}

/** The schema with a description at each field that has none of its own, and that we know. */
export function describeSchema(
  schema: Schema,
  of: { readonly group: string; readonly kind: string },
  path: readonly string[] = [],
): Schema {
  const own = path.length > 0 ? describeField(of, path) : undefined;
  const { items, properties, additionalProperties } = schema;
  return {
    ...schema,
    ...(schema.description === undefined && own !== undefined && { description: own }),
    ...(items && { items: describeSchema(items, of, path) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [
          name,
          describeSchema(inner, of, [...path, name]),
        ]),
      ),
    }),
    ...(typeof additionalProperties === "object" && {
      additionalProperties: describeSchema(additionalProperties, of, path),
    }),
  };
}
