/** How large the dump of a bench is. */
const MEGABYTES = 20;
const ADMIN = "type.googleapis.com/envoy.admin.v3.";

const host = (index: number): string => `service-${index}.team-${index % 50}.svc.cluster.local`;
const socket = (address: string, port_value: number) => ({
  socket_address: { address, port_value },
});
const metadata = (index: number, kind: string) => ({
  filter_metadata: {
    istio: {
      config: `/apis/networking.istio.io/v1/namespaces/team-${index % 50}/${kind}/service-${index}`,
      services: [{ host: host(index), name: `service-${index}`, namespace: `team-${index % 50}` }],
    },
  },
});

const cluster = (index: number) => ({
  version_info: "2026-08-28T00:00:00Z/12",
  last_updated: "2026-08-28T00:00:00.000Z",
  cluster: {
    "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    name: `outbound|8080||${host(index)}`,
    type: "EDS",
    eds_cluster_config: {
      eds_config: { ads: {}, initial_fetch_timeout: "0s", resource_api_version: "V3" },
      service_name: `outbound|8080||${host(index)}`,
    },
    connect_timeout: "10s",
    lb_policy: "LEAST_REQUEST",
    circuit_breakers: {
      thresholds: [
        {
          ...{ max_connections: 4294967295, max_pending_requests: 4294967295 },
          ...{ max_requests: 4294967295, max_retries: 4294967295, track_remaining: true },
        },
      ],
    },
    common_lb_config: { locality_weighted_lb_config: {} },
    metadata: metadata(index, "destination-rule"),
    transport_socket_matches: ["tlsMode-istio", "tlsMode-disabled"].map((name) => ({
      name,
      match: { tlsMode: name },
      transport_socket: {
        name: "envoy.transport_sockets.tls",
        typed_config: {
          "@type":
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
          common_tls_context: {
            alpn_protocols: ["istio-peer-exchange", "istio"],
            tls_certificate_sds_secret_configs: [{ name: "default" }],
          },
          sni: `outbound_.8080_._.${host(index)}`,
        },
      },
    })),
  },
});

const virtualHost = (index: number) => ({
  name: `${host(index)}:8080`,
  domains: [
    host(index),
    `service-${index}.team-${index % 50}`,
    `10.96.${index >> 8}.${index & 255}`,
  ],
  routes: [
    {
      name: "default",
      match: { prefix: "/" },
      metadata: metadata(index, "virtual-service"),
      route: {
        cluster: `outbound|8080||${host(index)}`,
        timeout: "0s",
        retry_policy: { retry_on: "connect-failure,refused-stream", num_retries: 2 },
      },
    },
  ],
});

const assignment = (index: number) => ({
  endpoint_config: {
    cluster_name: `outbound|8080||${host(index)}`,
    endpoints: [
      {
        locality: { region: "eu", zone: "a" },
        lb_endpoints: [0, 1].map((replica) => ({
          endpoint: { address: socket(`10.${replica}.${index >> 8}.${index & 255}`, 8080) },
          health_status: "HEALTHY",
          load_balancing_weight: 1,
        })),
      },
    ],
  },
});

function dumpOf(services: number): string {
  const all = Array.from({ length: services }, (_, index) => index);
  return JSON.stringify(
    {
      configs: [
        { "@type": `${ADMIN}ClustersConfigDump`, dynamic_active_clusters: all.map(cluster) },
        {
          "@type": `${ADMIN}ListenersConfigDump`,
          dynamic_listeners: all.slice(0, services / 4).map((index) => ({
            name: `10.96.0.1_${index}`,
            active_state: {
              listener: {
                name: `10.96.0.1_${index}`,
                address: socket("10.96.0.1", index),
                filter_chains: [
                  {
                    filters: [
                      {
                        name: "envoy.filters.network.tcp_proxy",
                        typed_config: { cluster: `outbound|8080||${host(index)}` },
                      },
                    ],
                  },
                ],
              },
            },
          })),
        },
        {
          "@type": `${ADMIN}RoutesConfigDump`,
          dynamic_route_configs: [
            { route_config: { name: "8080", virtual_hosts: all.map(virtualHost) } },
          ],
        },
        { "@type": `${ADMIN}EndpointsConfigDump`, dynamic_endpoint_configs: all.map(assignment) },
      ],
    },
    null,
    1,
  );
}

/** A text of 20 MB at least, as Envoy prints it. */
export function largeDump(): { readonly text: string; readonly services: number } {
  const sample = 200;
  const services = Math.ceil((MEGABYTES * 1e6 * sample) / dumpOf(sample).length);
  return { text: dumpOf(services), services };
}
