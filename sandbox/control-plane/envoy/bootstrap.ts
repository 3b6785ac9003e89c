import { canonicalName, canonicalRevision } from "@/lib/istio/labels";
import type { ProxyPod } from "../proxy-pod";
import { httpManager, type Json, socket, typeOf } from "./parts";

/** `sidecar~10.244.1.10~reviews-v1-x.bookinfo~bookinfo.svc.cluster.local` */
const nodeId = (pod: ProxyPod): string =>
  `${pod.type}~${pod.ip}~${pod.name}.${pod.namespace}~${pod.namespace}.svc.cluster.local`;

/** What an Envoy tells of itself when it connects. */
export function nodeMetadata(pod: ProxyPod): Json {
  return {
    NAME: pod.name,
    NAMESPACE: pod.namespace,
    CLUSTER_ID: "Kubernetes",
    MESH_ID: "cluster.local",
    ISTIO_VERSION: pod.version,
    WORKLOAD_NAME: pod.workload,
    SERVICE_ACCOUNT: pod.serviceAccount,
    INSTANCE_IPS: pod.ip,
    NODE_NAME: pod.node,
    INTERCEPTION_MODE: "REDIRECT",
    ENVOY_STATUS_PORT: 15021,
    ENVOY_PROMETHEUS_PORT: 15090,
    OWNER: `kubernetes://apis/apps/v1/namespaces/${pod.namespace}/deployments/${pod.workload}`,
    LABELS: {
      ...pod.labels,
      "service.istio.io/canonical-name": canonicalName(pod.labels, pod.workload),
      "service.istio.io/canonical-revision": canonicalRevision(pod.labels),
    },
    PROXY_CONFIG: {
      discoveryAddress: "istiod.istio-system.svc:15012",
      proxyAdminPort: 15000,
      statusPort: 15020,
      configPath: "./etc/istio/proxy",
      binaryPath: "/usr/local/bin/envoy",
      serviceCluster: "istio-proxy",
      controlPlaneAuthPolicy: "MUTUAL_TLS",
      concurrency: 2,
    },
  };
}

/** The clusters that an Envoy has from its start. */
export const staticClusters = (): readonly Json[] => [
  staticCluster("agent", socket("127.0.0.1", 15020)),
  staticCluster("prometheus_stats", socket("127.0.0.1", 15000)),
  staticCluster("sds-grpc", { pipe: { path: "./var/run/secrets/workload-spiffe-uds/socket" } }),
  staticCluster("xds-grpc", { pipe: { path: "./etc/istio/proxy/XDS" } }),
];

const staticCluster = (name: string, address: Json): Json => ({
  ...typeOf("config.cluster.v3.Cluster"),
  name,
  type: "STATIC",
  connect_timeout: "1s",
  alt_stat_name: `${name};`,
  load_assignment: {
    cluster_name: name,
    endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
  },
});

/** The listeners that an Envoy has from its start: metrics and readiness. */
export const staticListeners = (): readonly Json[] => [
  staticListener(15090, "/stats/prometheus", "prometheus_stats"),
  staticListener(15021, "/healthz/ready", "agent"),
];

/** The routes inside those listeners. */
export const backendRoutes = (prefix: string, cluster: string): Json => ({
  virtual_hosts: [
    { name: "backend", domains: ["*"], routes: [{ match: { prefix }, route: { cluster } }] },
  ],
});

const staticListener = (port: number, prefix: string, cluster: string): Json => ({
  ...typeOf("config.listener.v3.Listener"),
  name: `0.0.0.0_${port}`,
  address: socket("0.0.0.0", port),
  filter_chains: [
    {
      filters: [httpManager("agent", { route_config: backendRoutes(prefix, cluster) }, [])],
    },
  ],
});

const ADS_ONLY: Json = { ads: {}, initial_fetch_timeout: "0s", resource_api_version: "V3" };

/** What an Envoy was started with. */
export const bootstrap = (pod: ProxyPod): Json => ({
  node: {
    id: nodeId(pod),
    cluster: `${canonicalName(pod.labels, pod.workload)}.${pod.namespace}`,
    metadata: nodeMetadata(pod),
    locality: {},
    user_agent_name: "envoy",
    user_agent_build_version: { version: { major_number: 1, minor_number: 38 } },
  },
  static_resources: { listeners: staticListeners(), clusters: staticClusters() },
  dynamic_resources: {
    lds_config: ADS_ONLY,
    cds_config: ADS_ONLY,
    ads_config: {
      api_type: "DELTA_GRPC",
      transport_api_version: "V3",
      grpc_services: [{ envoy_grpc: { cluster_name: "xds-grpc" } }],
      set_node_on_first_message_only: true,
    },
  },
  admin: { profile_path: "/var/lib/istio/data/envoy.prof", address: socket("127.0.0.1", 15000) },
});
