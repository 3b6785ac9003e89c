import { authorizationPolicySpec } from "@/lib/istio/authorization-policy";
import { isHttp } from "@/lib/istio/protocol";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import { peerAuthentications, type PeerMode } from "@/lib/mesh/peer-authentications";
import type { MeshView } from "@/lib/mesh/view";
import { ROOT_NAMESPACE } from "../change-scope";
import type { ProxyPod } from "../proxy-pod";
import { discoveredFilters } from "./extensions";
import { type InboundPort, inboundPorts } from "./inbound-ports";
import { httpManager, type Json, meshTls, socket, tcpProxy, typed, typeOf } from "./parts";

/** What the peers of the mesh name in their handshake, with Istio's own first. */
const MESH_ALPN = ["istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2"];
const PASSTHROUGH = "InboundPassthroughCluster";

/** The listener that takes everything that comes to the pod, on port 15006. */
export function virtualInbound(pod: ProxyPod, mesh: MeshView): Json {
  const modes = mesh.derive(peerAuthentications);
  const policies = [
    ...discoveredFilters(pod, mesh, "SIDECAR_INBOUND"),
    ...authorizationFilters(pod, mesh),
  ];
  return {
    ...typeOf("config.listener.v3.Listener"),
    name: "virtualInbound",
    address: socket("0.0.0.0", 15006),
    filter_chains: [
      {
        filter_chain_match: { destination_port: 15006 },
        filters: [tcpProxy("BlackHoleCluster")],
        name: "virtualInbound-blackhole",
      },
      ...catchAll(pod, modes.decide(pod, 0).mode, policies),
      ...inboundPorts(pod, mesh).flatMap((port) =>
        portChains(pod, port, modes.decide(pod, port.port).mode, policies),
      ),
    ],
    listener_filters: ["original_dst", "tls_inspector", "http_inspector"].map((name) => ({
      name: `envoy.filters.listener.${name}`,
    })),
    listener_filters_timeout: "0s",
    traffic_direction: "INBOUND",
    continue_on_listener_filters_timeout: true,
  };
}

const TLS: Json = {
  transport_socket: typed(
    "envoy.transport_sockets.tls",
    "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
    {
      common_tls_context: meshTls(["h2", "http/1.1"], [{ prefix: "spiffe://cluster.local/" }]),
      require_client_certificate: true,
    },
  ),
};

/** The chains that a mode allows: with TLS of the mesh, in plain text, or both. */
function byMode(
  mode: PeerMode,
  chain: (match: Json, extra: Json) => Json,
  tls: Json,
): readonly Json[] {
  const encrypted = chain({ transport_protocol: "tls", ...tls }, TLS);
  const plain = chain({ transport_protocol: "raw_buffer" }, {});
  if (mode === "STRICT") return [encrypted];
  return mode === "DISABLE" ? [plain] : [encrypted, plain];
}

const inlineRoutes = (name: string, servicePort: number): Json => ({
  route_config: {
    name,
    virtual_hosts: [
      {
        name: `inbound|http|${servicePort}`,
        domains: ["*"],
        routes: [
          {
            match: { prefix: "/" },
            route: { cluster: name, timeout: "0s" },
            decorator: { operation: `:${servicePort}/*` },
            name: "default",
          },
        ],
      },
    ],
    validate_clusters: false,
  },
});

function catchAll(pod: ProxyPod, mode: PeerMode, policies: readonly Json[]): readonly Json[] {
  const http = (match: Json, extra: Json): Json => ({
    filter_chain_match: {
      ...match,
      application_protocols:
        match["transport_protocol"] === "tls"
          ? ["istio-http/1.0", "istio-http/1.1", "istio-h2"]
          : ["http/1.1", "h2c"],
    },
    filters: [httpManager(`${PASSTHROUGH};`, inlineRoutes(PASSTHROUGH, 0), policies, pod)],
    ...extra,
    name: "virtualInbound-catchall-http",
  });
  const tcp = (match: Json, extra: Json): Json => ({
    filter_chain_match: match,
    filters: [tcpProxy(PASSTHROUGH)],
    ...extra,
    name: "virtualInbound",
  });
  return [...byMode(mode, http, {}), ...byMode(mode, tcp, {})];
}

function portChains(
  pod: ProxyPod,
  { port, servicePort, protocol }: InboundPort,
  mode: PeerMode,
  policies: readonly Json[],
): readonly Json[] {
  const cluster = `inbound|${port}||`;
  const filters = isHttp(protocol)
    ? [httpManager(`inbound_0.0.0.0_${port};`, inlineRoutes(cluster, servicePort), policies, pod)]
    : [tcpProxy(cluster)];
  const chain = (match: Json, extra: Json): Json => ({
    filter_chain_match: { destination_port: port, ...match },
    filters,
    ...extra,
    name: `0.0.0.0_${port}`,
  });
  return byMode(mode, chain, mode === "PERMISSIVE" ? { application_protocols: MESH_ALPN } : {});
}

/** One RBAC filter for each action, in the order in which Envoy asks them. */
function authorizationFilters(pod: ProxyPod, mesh: MeshView): readonly Json[] {
  const policies = [...mesh.list("AuthorizationPolicy")].sort(compareCreation).filter((policy) => {
    const { selector } = authorizationPolicySpec(policy);
    const { namespace } = policy.metadata;
    return (
      (namespace === pod.namespace || namespace === ROOT_NAMESPACE) &&
      hasLabels(pod.labels, selector?.matchLabels ?? {})
    );
  });
  return (["DENY", "ALLOW"] as const).flatMap((action) => {
    const ofAction = policies.filter(
      (policy) => (authorizationPolicySpec(policy).action ?? "ALLOW") === action,
    );
    if (ofAction.length === 0) return [];
    const named = ofAction.flatMap((policy) => {
      const { name, namespace = "" } = policy.metadata;
      const rules = authorizationPolicySpec(policy).rules ?? [];
      return rules.map((rule, index) => [
        `ns[${namespace}]-policy[${name}]-rule[${index}]`,
        {
          permissions: [
            { and_rules: { rules: [rule.to?.length ? { or_rules: {} } : { any: true }] } },
          ],
          principals: [{ and_ids: { ids: [rule.from?.length ? { or_ids: {} } : { any: true }] } }],
        },
      ]);
    });
    return [
      typed("envoy.filters.http.rbac", "extensions.filters.http.rbac.v3.RBAC", {
        rules: {
          ...(action === "DENY" ? { action: "DENY" } : {}),
          policies: Object.fromEntries(named) as Json,
        },
        shadow_rules_stat_prefix: `istio_dry_run_${action.toLowerCase()}_`,
      }),
    ];
  });
}
