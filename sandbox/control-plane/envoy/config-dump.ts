import type { MeshView } from "@/lib/mesh/view";
import type { ProxyConnection } from "../proxy-connection";
import type { ProxyPod } from "../proxy-pod";
import type { XdsType } from "../xds-type";
import { backendRoutes, bootstrap, staticClusters, staticListeners } from "./bootstrap";
import { clusters } from "./clusters";
import { extensionResource, extensionsOf } from "./extensions";
import { gatewayListeners, gatewayRoutes } from "./gateway-config";
import { virtualInbound } from "./inbound-listener";
import { loadAssignmentDump, loadAssignments } from "./load-assignments";
import type { Json } from "./parts";
import { outboundListeners } from "./sidecar-listeners";
import { sidecarRoutes } from "./sidecar-routes";
import type { WorkloadCertificates } from "./workload-certificates";

/** Which parts of the dump are wanted; all that Envoy prints by default where absent. */
export interface DumpWishes {
  readonly includeEds: boolean;
}

/** What a dump is made from. */
export interface DumpSource {
  readonly connection: ProxyConnection;
  readonly certificates: WorkloadCertificates;
  /** One view of all that the proxy holds. */
  readonly mesh: MeshView;
}

const section = (name: string, fields: Json): Json => ({
  "@type": `type.googleapis.com/envoy.admin.v3.${name}ConfigDump`,
  ...fields,
});

const isoTime = (ms: number): string => new Date(ms).toISOString();
const REDACTED = Buffer.from("[redacted]").toString("base64");

/** The proxy's `/config_dump`, made from what it has acknowledged of each type. */
export function configDump(source: DumpSource, { includeEds }: DumpWishes): Json {
  const { connection, certificates } = source;
  const { pod } = connection;
  const since = (type: XdsType): string =>
    isoTime(connection.subscriptions().get(type)?.acked?.at ?? connection.connectedAt);
  const started = isoTime(connection.connectedAt);
  const version = (type: XdsType): Json => {
    const acked = connection.subscriptions().get(type)?.acked;
    return acked ? { version_info: acked.push.version } : {};
  };
  const listeners = dynamicListeners(pod, source.mesh);
  const routes = routesOf(pod, source.mesh);
  return {
    configs: [
      section("Bootstrap", { bootstrap: bootstrap(pod), last_updated: started }),
      section("Clusters", {
        ...version("CDS"),
        static_clusters: staticClusters().map((cluster) => ({ cluster, last_updated: started })),
        dynamic_active_clusters: clusters(pod, source.mesh).map((cluster) => ({
          cluster,
          last_updated: since("CDS"),
        })),
      }),
      ...(includeEds
        ? [
            section("Endpoints", {
              static_endpoint_configs: staticClusters().map(staticEndpoints),
              dynamic_endpoint_configs: loadAssignments(pod, source.mesh)
                .filter(({ discovered }) => discovered)
                .map((assignment) => loadAssignmentDump(assignment, source.mesh)),
            }),
          ]
        : []),
      ...extensionSection(source),
      section("Listeners", {
        ...version("LDS"),
        static_listeners: staticListeners().map((listener) => ({
          listener,
          last_updated: started,
        })),
        dynamic_listeners: listeners.map((listener) => ({
          name: listener["name"],
          active_state: { listener, last_updated: since("LDS") },
          ...refusedState(connection),
        })),
      }),
      section("ScopedRoutes", {}),
      section("Routes", {
        static_route_configs: [
          { route_config: backendRoutes("/healthz/ready", "agent"), last_updated: started },
          {
            route_config: backendRoutes("/stats/prometheus", "prometheus_stats"),
            last_updated: started,
          },
        ],
        dynamic_route_configs: routes.map((route) => ({
          route_config: route,
          last_updated: since("RDS"),
        })),
      }),
      section("Secrets", {
        dynamic_active_secrets: secrets(certificates),
      }),
    ],
  };
}

/** Only a proxy that has fetched extensions tells of any. */
function extensionSection({ connection, mesh }: DumpSource): readonly Json[] {
  const acked = connection.subscriptions().get("ECDS")?.acked;
  if (!acked) return [];
  const last_updated = isoTime(acked.at);
  const filters = extensionsOf(connection.pod, mesh).map((extension) => ({
    ecds_filter: extensionResource(extension),
    last_updated,
  }));
  return [section("Ecds", filters.length > 0 ? { ecds_filters: filters } : {})];
}

const dynamicListeners = (pod: ProxyPod, mesh: MeshView): readonly Json[] =>
  pod.type === "router"
    ? gatewayListeners(pod, mesh)
    : [...outboundListeners(pod, mesh), virtualInbound(pod, mesh)];

/** Every listener of a proxy, those that it was started with first. */
export const listenersOf = (pod: ProxyPod, mesh: MeshView): readonly Json[] => [
  ...staticListeners(),
  ...dynamicListeners(pod, mesh),
];

/** Every route configuration that a proxy asks istiod for. */
export const routesOf = (pod: ProxyPod, mesh: MeshView): readonly Json[] =>
  pod.type === "router" ? gatewayRoutes(pod, mesh) : sidecarRoutes(pod, mesh);

/** By type, the names of the resources that istiod sends to a proxy. */
export function resourceNames(
  pod: ProxyPod,
  mesh: MeshView,
): Readonly<Record<XdsType, readonly string[]>> {
  const names = (resources: readonly Json[]) => resources.map(({ name }) => String(name));
  return {
    CDS: names(clusters(pod, mesh)),
    EDS: loadAssignments(pod, mesh)
      .filter(({ discovered }) => discovered)
      .map(({ cluster }) => cluster),
    LDS: names(dynamicListeners(pod, mesh)),
    RDS: names(routesOf(pod, mesh)),
    ECDS: extensionsOf(pod, mesh).map(({ name }) => name),
  };
}

const staticEndpoints = (cluster: Json): Json => ({
  endpoint_config: {
    "@type": "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
    ...(cluster["load_assignment"] as Json),
    policy: { overprovisioning_factor: 140 },
  },
});

/** Envoy keeps the reason beside the listener that it refused. */
function refusedState(connection: ProxyConnection): Json {
  const details = connection.subscriptions().get("LDS")?.lastError;
  return details ? { error_state: { details } } : {};
}

function secrets({ chain, root, issuedAt }: WorkloadCertificates): readonly Json[] {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const secret = (name: string, fields: Json): Json => ({
    name,
    version_info: isoTime(issuedAt),
    last_updated: isoTime(issuedAt),
    secret: {
      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
      name,
      ...fields,
    },
  });
  return [
    secret("default", {
      tls_certificate: {
        certificate_chain: { inline_bytes: base64(chain.pem) },
        private_key: { inline_bytes: REDACTED },
      },
    }),
    secret("ROOTCA", { validation_context: { trusted_ca: { inline_bytes: base64(root.pem) } } }),
  ];
}
