import type { LoadBalancer, OutlierDetection, Subset } from "@/lib/istio/destination-rule";
import { effectivePolicy, type EffectivePolicy } from "@/lib/istio/traffic-policy";
import { destinationRules } from "@/lib/mesh/destination-rules";
import { endpoints } from "@/lib/mesh/endpoints";
import type { MergedDestinationRule } from "@/lib/mesh/merge-destination-rules";
import type { RegistryPort, RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import type { ProxyPod } from "../proxy-pod";
import { proxyScope } from "../proxy-scope";
import { inboundPorts } from "./inbound-ports";
import {
  configPath,
  FROM_ADS,
  istioMetadata,
  type Json,
  meshTls,
  outboundName,
  servicesOf,
  socket,
  typed,
  typeOf,
} from "./parts";

/** Envoy has no "unlimited": istiod writes the largest number. */
const NO_LIMIT = 4_294_967_295;

interface Target {
  readonly service: RegistryService;
  readonly port: RegistryPort;
  readonly subset: Subset | undefined;
  readonly rule: MergedDestinationRule | undefined;
}

/** Every cluster that istiod sends to the proxy of `pod`. */
export function clusters(pod: ProxyPod, mesh: MeshView): readonly Json[] {
  const rules = mesh.derive(destinationRules);
  const outbound = proxyScope(pod, mesh).services.flatMap((service) => {
    const rule = rules.lookup(pod, service);
    return service.ports
      .filter(({ protocol }) => protocol !== "UDP")
      .flatMap((port) => [
        outboundCluster(mesh, { service, port, rule, subset: undefined }),
        ...[...(rule?.subsets.values() ?? [])].map(({ subset }) =>
          outboundCluster(mesh, { service, port, rule, subset }),
        ),
      ]);
  });
  const inbound: readonly Json[] =
    pod.type === "router"
      ? []
      : [
          ...inboundPorts(pod, mesh).map(({ port, services }) => ({
            ...passthrough(`inbound|${port}||`),
            upstream_bind_config: { source_address: { address: "127.0.0.6", port_value: 0 } },
            ...istioMetadata({
              services: services.map(({ host, name, namespace }) => ({ name, host, namespace })),
            }),
          })),
          passthrough("InboundPassthroughCluster"),
          passthrough("PassthroughCluster"),
        ];
  return [blackHole(), ...inbound, ...outbound].sort((a, b) =>
    String(a["name"]).localeCompare(String(b["name"])),
  );
}

const cluster = (name: string, fields: Json): Json => ({
  ...typeOf("config.cluster.v3.Cluster"),
  name,
  ...fields,
});

const blackHole = (): Json =>
  cluster("BlackHoleCluster", {
    type: "STATIC",
    connect_timeout: "10s",
    alt_stat_name: "BlackHoleCluster;",
  });

const passthrough = (name: string): Json =>
  cluster(name, {
    type: "ORIGINAL_DST",
    connect_timeout: "10s",
    lb_policy: "CLUSTER_PROVIDED",
    circuit_breakers: thresholds(undefined),
    alt_stat_name: `${name};`,
  });

function outboundCluster(mesh: MeshView, target: Target): Json {
  const { service, port, subset, rule } = target;
  const name = outboundName(port.number, subset?.name ?? "", service.host);
  const policy = effectivePolicy(rule?.trafficPolicy, subset?.trafficPolicy, port.number);
  const object = rule?.rules[0]?.object;
  return cluster(name, {
    ...discovery(mesh, target, name),
    connect_timeout: policy.connectionPool?.tcp?.connectTimeout ?? "10s",
    ...balancing(policy.loadBalancer),
    circuit_breakers: thresholds(policy),
    ...outlierDetection(policy.outlierDetection),
    ...istioMetadata({
      ...(object ? { config: configPath(object) } : {}),
      ...(subset?.name ? { subset: subset.name } : {}),
      ...(service.external ? { external: true } : {}),
      ...servicesOf(service),
    }),
    common_lb_config: { healthy_panic_threshold: {} },
    alt_stat_name: `${name};`,
    ...security(mesh, target, policy),
  });
}

function discovery(mesh: MeshView, { service, port }: Target, name: string): Json {
  if (service.resolution === "Kubernetes" || service.resolution === "STATIC") {
    return {
      type: "EDS",
      eds_cluster_config: { eds_config: FROM_ADS, service_name: name },
    };
  }
  if (service.resolution === "NONE") return { type: "ORIGINAL_DST" };
  return {
    type: service.resolution === "DNS_ROUND_ROBIN" ? "LOGICAL_DNS" : "STRICT_DNS",
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: mesh
            .derive(endpoints)
            .of(service, port)
            .map(({ address, port: number }) => ({
              endpoint: { address: socket(address, number) },
            })),
        },
      ],
    },
    dns_refresh_rate: "60s",
    respect_dns_ttl: true,
    dns_lookup_family: "V4_ONLY",
  };
}

const POLICIES: Readonly<Record<string, string>> = {
  ROUND_ROBIN: "ROUND_ROBIN",
  RANDOM: "RANDOM",
  LEAST_REQUEST: "LEAST_REQUEST",
};

function balancing(loadBalancer: LoadBalancer | undefined): Json {
  if (loadBalancer?.consistentHash) return { lb_policy: "RING_HASH" };
  const name = POLICIES[loadBalancer?.simple ?? ""] ?? "LEAST_REQUEST";
  // Envoy's own default is not printed.
  return name === "ROUND_ROBIN" ? {} : { lb_policy: name };
}

const thresholds = (policy: EffectivePolicy | undefined): Json => ({
  thresholds: [
    {
      max_connections: policy?.connectionPool?.tcp?.maxConnections ?? NO_LIMIT,
      max_pending_requests: policy?.connectionPool?.http?.http1MaxPendingRequests ?? NO_LIMIT,
      max_requests: policy?.connectionPool?.http?.http2MaxRequests ?? NO_LIMIT,
      max_retries: policy?.connectionPool?.http?.maxRetries ?? NO_LIMIT,
    },
  ],
});

function outlierDetection(detection: OutlierDetection | undefined): Json {
  if (!detection) return {};
  const fields: Json = {
    consecutive_5xx: detection.consecutive5xxErrors,
    consecutive_gateway_failure: detection.consecutiveGatewayErrors,
    interval: detection.interval,
    base_ejection_time: detection.baseEjectionTime,
    max_ejection_percent: detection.maxEjectionPercent,
  };
  return { outlier_detection: fields };
}

/** Mutual TLS of the mesh's own accord, or what the DestinationRule asks for instead. */
function security(mesh: MeshView, target: Target, policy: EffectivePolicy): Json {
  const { service, port, subset } = target;
  const sni = policy.tls?.sni ?? `outbound_.${port.number}_.${subset?.name ?? ""}_.${service.host}`;
  const mode = policy.tls?.mode;
  if (mode === "DISABLE" || (service.external && !mode)) return {};
  const socketOf = (alpn: readonly string[]): Json =>
    typed("envoy.transport_sockets.tls", "extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
      common_tls_context: meshTls(alpn, accountsOf(mesh, target)),
      sni,
    });
  if (mode === "SIMPLE" || mode === "MUTUAL") {
    return {
      transport_socket: typed(
        "envoy.transport_sockets.tls",
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        { common_tls_context: {}, sni: policy.tls?.sni ?? service.host },
      ),
    };
  }
  if (mode === "ISTIO_MUTUAL")
    return { transport_socket: socketOf(["istio-peer-exchange", "istio"]) };
  return {
    transport_socket_matches: [
      {
        name: "tlsMode-istio",
        match: { tlsMode: "istio" },
        transport_socket: socketOf(["istio-peer-exchange", "istio"]),
      },
      {
        name: "tlsMode-disabled",
        match: {},
        transport_socket: typed(
          "envoy.transport_sockets.raw_buffer",
          "extensions.transport_sockets.raw_buffer.v3.RawBuffer",
        ),
      },
    ],
  };
}

/** The identities of the endpoints, which is whom the client believes. */
function accountsOf(mesh: MeshView, { service, port }: Target): readonly Json[] {
  const accounts = mesh
    .derive(endpoints)
    .of(service, port)
    .filter(({ serviceAccount }) => serviceAccount)
    .map(
      ({ namespace, serviceAccount }) =>
        `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`,
    );
  return [...new Set(accounts)].sort().map((exact) => ({ exact }));
}
