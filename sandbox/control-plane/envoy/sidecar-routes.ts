import { mostSpecificHost } from "@/lib/istio/host";
import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { isHttp } from "@/lib/istio/protocol";
import type { RegistryPort, RegistryService } from "@/lib/mesh/registry";
import type { MeshVirtualService } from "@/lib/mesh/virtual-services";
import type { MeshView } from "@/lib/mesh/view";
import type { ProxyPod } from "../proxy-pod";
import { type ProxyScope, proxyScope } from "../proxy-scope";
import { DEFAULT_RETRIES, httpRoutes } from "./http-routes";
import { type Json, outboundName, typeOf } from "./parts";

/** VirtualServices for hosts that no service has are served here, as the world's usual port. */
const CATCH_ALL_PORT = 80;

/** The outbound route configurations of a sidecar: one for each HTTP port of the mesh. */
export function sidecarRoutes(pod: ProxyPod, mesh: MeshView): readonly Json[] {
  const scope = proxyScope(pod, mesh);
  const ports = new Map<number, RegistryService[]>();
  const sniffed: { readonly service: RegistryService; readonly port: RegistryPort }[] = [];
  for (const service of scope.services) {
    for (const port of service.ports) {
      if (isHttp(port.protocol)) {
        ports.set(port.number, [...(ports.get(port.number) ?? []), service]);
      } else if (port.protocol === "Auto") sniffed.push({ service, port });
    }
  }
  const one = (name: string, port: number, services: readonly RegistryService[]): Json => ({
    ...typeOf("config.route.v3.RouteConfiguration"),
    name,
    virtual_hosts: [
      ...services.map((service) => serviceHost(service, port, { pod, mesh, scope })),
      ...(port === CATCH_ALL_PORT ? otherHosts(services, { pod, mesh, scope }) : []),
      catchAll(scope),
    ],
    validate_clusters: false,
    max_direct_response_body_size_bytes: 1_048_576,
    ignore_port_in_host_matching: true,
  });
  return [
    ...[...ports].sort(([a], [b]) => a - b).map(([port, list]) => one(String(port), port, list)),
    ...sniffed.map(({ service, port }) =>
      one(`${service.host}:${port.number}`, port.number, [service]),
    ),
  ];
}

interface Setting {
  readonly pod: ProxyPod;
  readonly mesh: MeshView;
  readonly scope: ProxyScope;
}

/** The VirtualService that decides for a host: the most specific, of equals the preferred one. */
function decidingFor(host: string, scope: ProxyScope): MeshVirtualService | undefined {
  const candidates = scope.virtualServices.filter(
    ({ gateways, spec }) => gateways.includes(MESH_GATEWAY) && (spec.http?.length ?? 0) > 0,
  );
  const best = mostSpecificHost(
    candidates.flatMap(({ hosts }) => hosts),
    host,
  );
  return best === undefined ? undefined : candidates.find(({ hosts }) => hosts.includes(best));
}

function serviceHost(service: RegistryService, port: number, setting: Setting): Json {
  const { pod, mesh, scope } = setting;
  const deciding = decidingFor(service.host, scope);
  const cluster = outboundName(port, "", service.host);
  return {
    name: `${service.host}:${port}`,
    domains: domains(service, pod),
    routes: deciding
      ? httpRoutes(deciding, { pod, mesh, gateways: [MESH_GATEWAY], port })
      : [
          {
            match: { prefix: "/" },
            route: {
              cluster,
              timeout: "0s",
              retry_policy: DEFAULT_RETRIES,
              max_grpc_timeout: "0s",
            },
            decorator: { operation: `${service.host}:${port}/*` },
            name: "default",
          },
        ],
    include_request_attempt_count: true,
  };
}

/** Every name under which a client may ask for a service. */
function domains(service: RegistryService, pod: ProxyPod): readonly string[] {
  if (service.kind === "ServiceEntry") {
    return [service.host, `${service.host}.`, ...service.addresses];
  }
  const { host, name, namespace } = service;
  return [
    host,
    `${host}.`,
    ...(namespace === pod.namespace ? [name] : []),
    `${name}.${namespace}.svc`,
    `${name}.${namespace}`,
    ...service.addresses,
  ];
}

function otherHosts(services: readonly RegistryService[], { pod, mesh, scope }: Setting): Json[] {
  const taken = new Set(services.map(({ host }) => host));
  const found: Json[] = [];
  for (const service of scope.virtualServices) {
    if (!service.gateways.includes(MESH_GATEWAY) || !service.spec.http?.length) continue;
    for (const host of service.hosts) {
      if (taken.has(host) || host === "*") continue;
      taken.add(host);
      found.push({
        name: `${host}:${CATCH_ALL_PORT}`,
        domains: [host],
        routes: httpRoutes(service, { pod, mesh, gateways: [MESH_GATEWAY], port: CATCH_ALL_PORT }),
        include_request_attempt_count: true,
      });
    }
  }
  return found;
}

function catchAll({ outbound }: ProxyScope): Json {
  const routes =
    outbound === "ALLOW_ANY"
      ? [
          {
            match: { prefix: "/" },
            route: { cluster: "PassthroughCluster", timeout: "0s", max_grpc_timeout: "0s" },
            name: "allow_any",
          },
        ]
      : [{ match: { prefix: "/" }, direct_response: { status: 502 }, name: "block_all" }];
  return {
    name: outbound === "ALLOW_ANY" ? "allow_any" : "block_all",
    domains: ["*"],
    routes,
    include_request_attempt_count: true,
  };
}
