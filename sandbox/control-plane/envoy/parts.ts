import { kindIdOf, preferredApiVersion } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { RegistryService } from "@/lib/mesh/registry";
import type { ProxyPod } from "../proxy-pod";

/** A piece of Envoy configuration, in the spelling of its JSON dumps. */
export type Json = Readonly<Record<string, unknown>>;

const TYPES = "type.googleapis.com/envoy";

/** An extension with its configuration. */
export const typed = (name: string, type: string, config: Json = {}): Json => ({
  name,
  typed_config: { "@type": `${TYPES}.${type}`, ...config },
});

/** `@type` of a resource. */
export const typeOf = (type: string): Json => ({ "@type": `${TYPES}.${type}` });

/** The address of a socket. */
export const socket = (address: string, port: number): Json => ({
  socket_address: { address, port_value: port },
});

/** How Envoy is told to ask istiod for the rest. */
export const FROM_ADS: Json = {
  ads: {},
  initial_fetch_timeout: "0s",
  resource_api_version: "V3",
};

/** What istiod notes of the object that a resource was made from. */
export function configPath(object: KubeObject): string {
  const kind = kindIdOf(object);
  const version = kind ? preferredApiVersion(kind) : object.apiVersion;
  const kebab = object.kind.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
  return `/apis/${version}/namespaces/${object.metadata.namespace ?? ""}/${kebab}/${object.metadata.name}`;
}

/** `metadata.filter_metadata.istio`. */
export const istioMetadata = (fields: Json): Json => ({
  metadata: { filter_metadata: { istio: fields } },
});

/** How clusters name the services that they stand for. */
export const servicesOf = (service: RegistryService): Json => ({
  services: [{ host: service.host, name: service.name, namespace: service.namespace }],
});

/** `outbound|9080|v1|reviews.bookinfo.svc.cluster.local` */
export const outboundName = (port: number, subset: string, host: string): string =>
  `outbound|${port}|${subset}|${host}`;

/** How secrets are fetched from the agent beside the proxy. */
const FROM_AGENT: Json = {
  api_config_source: {
    api_type: "GRPC",
    grpc_services: [{ envoy_grpc: { cluster_name: "sds-grpc" } }],
    set_node_on_first_message_only: true,
    transport_api_version: "V3",
  },
  initial_fetch_timeout: "0s",
  resource_api_version: "V3",
};

/** The TLS settings of the mesh's own certificates; `names` are the peers that are believed. */
export const meshTls = (alpn: readonly string[], names: readonly Json[]): Json => ({
  tls_params: {
    tls_minimum_protocol_version: "TLSv1_2",
    tls_maximum_protocol_version: "TLSv1_3",
  },
  alpn_protocols: alpn,
  tls_certificate_sds_secret_configs: [{ name: "default", sds_config: FROM_AGENT }],
  combined_validation_context: {
    default_validation_context: { match_subject_alt_names: names },
    validation_context_sds_secret_config: { name: "ROOTCA", sds_config: FROM_AGENT },
  },
});

/** A filter that passes a connection on without looking into it. */
export const tcpProxy = (cluster: string, extra: Json = {}): Json =>
  typed("envoy.filters.network.tcp_proxy", "extensions.filters.network.tcp_proxy.v3.TcpProxy", {
    stat_prefix: cluster,
    cluster,
    ...extra,
  });

const HTTP = "extensions.filters.http";

/** What proxies note in the spans of traces: whose they are, and what dry runs would have decided. */
function tracing({ labels, namespace }: SpanOwner): Json {
  const dryRun = (action: "allow" | "deny", what: "name" | "result") => ({
    tag: `istio.authorization.dry_run.${action}_policy.${what}`,
    metadata: {
      kind: { request: {} },
      metadata_key: {
        key: "envoy.filters.http.rbac",
        path: [
          {
            key: `istio_dry_run_${action}_shadow_${what === "name" ? "effective_policy_id" : "engine_result"}`,
          },
        ],
      },
    },
  });
  const app = labels["service.istio.io/canonical-name"] ?? labels["app"] ?? "";
  const literals = {
    "istio.canonical_revision":
      labels["service.istio.io/canonical-revision"] ?? labels["version"] ?? "latest",
    "istio.canonical_service": app,
    "istio.cluster_id": "Kubernetes",
    "istio.mesh_id": "cluster.local",
    "istio.namespace": namespace,
  };
  return {
    client_sampling: { value: 100 },
    random_sampling: { value: 1 },
    overall_sampling: { value: 100 },
    custom_tags: [
      dryRun("allow", "name"),
      dryRun("allow", "result"),
      dryRun("deny", "name"),
      dryRun("deny", "result"),
      ...Object.entries(literals).map(([tag, value]) => ({ tag, literal: { value } })),
    ],
  };
}

/** The pod whose spans a listener begins. */
type SpanOwner = Pick<ProxyPod, "labels" | "namespace">;

/**
 * The filter that serves HTTP: by routes that are fetched, or by routes of its own.
 *
 * @param owner undefined for a listener that nobody's requests come to
 */
export const httpManager = (
  statPrefix: string,
  routes: Json,
  filters: readonly Json[],
  owner?: SpanOwner,
): Json =>
  typed(
    "envoy.filters.network.http_connection_manager",
    "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    {
      stat_prefix: statPrefix,
      ...routes,
      ...(owner ? { tracing: tracing(owner) } : {}),
      http_filters: [
        ...filters,
        typed("envoy.filters.http.grpc_stats", `${HTTP}.grpc_stats.v3.FilterConfig`, {
          emit_filter_state: true,
          stats_for_all_methods: false,
        }),
        typed("envoy.filters.http.fault", `${HTTP}.fault.v3.HTTPFault`),
        typed("envoy.filters.http.cors", `${HTTP}.cors.v3.Cors`),
        typed("istio.stats", `${HTTP}.istio_stats.v3.StatsFilter`),
        typed("envoy.filters.http.router", `${HTTP}.router.v3.Router`),
      ],
      use_remote_address: false,
      upgrade_configs: [{ upgrade_type: "websocket" }],
      stream_idle_timeout: "0s",
      normalize_path: true,
    },
  );

/** Routes that are fetched under this name. */
export const fetchedRoutes = (name: string): Json => ({
  rds: { config_source: FROM_ADS, route_config_name: name },
});
