import type { KubeObject } from "@/lib/k8s/object";
import { serviceSpec } from "@/lib/k8s/service";
import { type Endpoint, endpoints } from "@/lib/mesh/endpoints";
import { registry, type RegistryService } from "@/lib/mesh/registry";
import { localities, localityText } from "@/lib/mesh/locality";
import type { MeshView } from "@/lib/mesh/view";

type Json = Readonly<Record<string, unknown>>;

/** istiod's numbers for how a host's endpoints are found. */
const RESOLUTION: Readonly<Record<string, number>> = {
  Kubernetes: 0,
  STATIC: 0,
  DNS: 1,
  NONE: 2,
  DNS_ROUND_ROBIN: 3,
};

/** `/debug/registryz`: every host as istiod knows it. */
export const registryz = (mesh: MeshView): readonly Json[] =>
  mesh.derive(registry).services.map(serviceEntry);

/** A service as several pages show it. */
export function serviceEntry(service: RegistryService): Json {
  const { metadata } = service.object;
  const own = service.kind === "Service";
  const spec = own ? serviceSpec(service.object) : {};
  return {
    Attributes: {
      ServiceRegistry: own ? "Kubernetes" : "External",
      Name: service.name,
      Namespace: service.namespace,
      Labels: metadata.labels ?? null,
      ExportTo: service.exportTo
        ? Object.fromEntries(service.exportTo.map((entry) => [entry, {}]))
        : null,
      Visibility: 0,
      LabelSelectors: spec.selector ?? null,
      Aliases: null,
      ClusterExternalAddresses: { Addresses: null },
      ClusterExternalPorts: null,
      PassthroughTargetPorts: null,
      Type: spec.type ?? "",
      ExternalName: spec.externalName ?? "",
      NodeLocal: false,
      TrafficDistribution: 0,
      ObjectName: "",
      DNSConnectStrategy: 0,
      PublishNotReadyAddresses: false,
    },
    ports: service.ports.map(({ name, number, protocol }) => ({ name, port: number, protocol })),
    creationTime: metadata.creationTimestamp,
    hostname: service.host,
    clusterVIPs: {
      Addresses: service.addresses.length > 0 ? { Kubernetes: service.addresses } : null,
    },
    defaultAddress: service.addresses[0] ?? "0.0.0.0",
    Resolution: RESOLUTION[service.resolution] ?? 0,
    MeshExternal: service.external && !own,
    ResourceVersion: metadata.resourceVersion ?? "",
  };
}

/** `/debug/endpointShardz`: the endpoints of every host, by namespace and registry. */
export function endpointShardz(mesh: MeshView): Json {
  const known = mesh.derive(endpoints);
  const entries = mesh.derive(registry).services.map((service) => {
    const own = service.kind === "Service";
    const list = service.ports.flatMap((port) =>
      known.of(service, port).map((endpoint) => istioEndpoint(mesh, endpoint, port.name)),
    );
    const accounts = new Set(list.map(({ ServiceAccount }) => ServiceAccount).filter(Boolean));
    const shard = own ? "Kubernetes/Kubernetes" : "External/Kubernetes";
    return [
      service.host,
      {
        [service.namespace]: {
          Shards: { [shard]: list },
          ServiceAccounts: Object.fromEntries([...accounts].map((account) => [account, {}])),
        },
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

const istioEndpoint = (mesh: MeshView, endpoint: Endpoint, portName: string) => ({
  Labels: endpoint.labels,
  Addresses: [endpoint.address],
  ServicePortName: portName,
  LegacyClusterPortKey: 0,
  ServiceAccount: endpoint.serviceAccount
    ? `spiffe://cluster.local/ns/${endpoint.namespace}/sa/${endpoint.serviceAccount}`
    : "",
  Network: "",
  Locality: {
    Label:
      endpoint.locality ??
      (endpoint.pod ? localityText(mesh.derive(localities).of(endpoint.pod)) : ""),
    ClusterID: "Kubernetes",
  },
  EndpointPort: endpoint.port,
  LbWeight: endpoint.weight ?? 0,
  TLSMode: endpoint.tlsMode,
  Namespace: endpoint.namespace,
  WorkloadName: endpoint.workload ?? endpoint.pod?.metadata.name ?? "",
  HostName: "",
  SubDomain: "",
  HealthStatus: endpoint.ready ? 1 : 2,
  SendUnhealthyEndpoints: true,
  NodeName: endpoint.pod ? nodeOf(endpoint.pod) : "",
});

const nodeOf = (pod: KubeObject): string =>
  String((pod["spec"] as { nodeName?: string } | undefined)?.nodeName ?? "");
