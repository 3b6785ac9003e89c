import { groupBy } from "@/lib/base/group-by";
import { weakMemo } from "@/lib/base/weak-memo";
import { compareHosts, hostMatches, isWildcard, serviceFqdn } from "@/lib/istio/host";
import { type Protocol, protocolOfName, servicePortProtocol } from "@/lib/istio/protocol";
import { serviceEntrySpec } from "@/lib/istio/service-entry";
import { isVisibleTo, type Visibility, visibilityOf } from "@/lib/istio/visibility";
import { compareCreation } from "@/lib/k8s/creation-order";
import type { KubeObject } from "@/lib/k8s/object";
import { serviceSpec } from "@/lib/k8s/service";
import { keepFact } from "./kept-fact";
import { meshConfig } from "./mesh-config";
import type { MeshView } from "./view";

/** One port of a host of the registry. */
export interface RegistryPort {
  readonly number: number;
  /** Empty for a Service's only, unnamed port. */
  readonly name: string;
  readonly protocol: Protocol;
  /** The workload's port, or its container port's name. */
  readonly targetPort: number | string;
}

/** One host that the mesh knows, from a Service or a ServiceEntry; one with several hosts gives several. */
export interface RegistryService {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
  readonly kind: "Service" | "ServiceEntry";
  readonly object: KubeObject;
  readonly ports: readonly RegistryPort[];
  /** Virtual addresses; none for a headless Service or a ServiceEntry without addresses. */
  readonly addresses: readonly string[];
  readonly headless: boolean;
  /** Outside the mesh: never spoken to in mutual TLS of the mesh's own accord. */
  readonly external: boolean;
  /** `Kubernetes` for Services; else the ServiceEntry's `NONE`, `STATIC`, `DNS`, … */
  readonly resolution: string;
  readonly exportTo: readonly string[] | undefined;
  /** Other ServiceEntries of the host and namespace: their endpoints count too, by names of ports. */
  readonly siblings?: readonly RegistryService[];
  /** The name that an ExternalName Service stands for: requests to it are requests to that. */
  readonly alias?: string | undefined;
}

/** Every host of the mesh, ready to be looked up. */
export interface Registry {
  /** In the order in which istiod reads them: by creation. */
  readonly services: readonly RegistryService[];
  readonly byHost: ReadonlyMap<string, readonly RegistryService[]>;
  /** Who sees a service. */
  visibility(service: RegistryService): Visibility;
  /**
   * What clients of `namespace` reach by a host: of the visible services of that name their own
   * namespace's first, then a Kubernetes Service, then the oldest. Undefined if there is none.
   */
  lookup(host: string, namespace: string): RegistryService | undefined;
  /** As `lookup`, but a wildcard ServiceEntry that takes the host in serves too. */
  resolve(host: string, namespace: string): RegistryService | undefined;
}

const EXPORT_TO = "networking.istio.io/exportTo";

/** The registry of a mesh. Use with `mesh.derive`. */
export function registry(mesh: MeshView): Registry {
  const services = withSiblings(
    [...mesh.list("Service"), ...mesh.list("ServiceEntry")]
      .sort(compareCreation)
      .flatMap(servicesOf),
  );
  const byHost = groupBy(services, (service) => service.host);
  const defaults = mesh.derive(meshConfig).defaultServiceExportTo;
  const visibility = (service: RegistryService) =>
    visibilityOf(service.exportTo, service.namespace, defaults);

  const lookup = (host: string, namespace: string): RegistryService | undefined => {
    const all = byHost.get(host);
    if (!all) return undefined;
    const visible = all.filter((service) => isVisibleTo(visibility(service), namespace));
    return preferredServices(visible, namespace).get(host);
  };
  const wildcards = [...byHost.keys()].filter(isWildcard).sort(compareHosts);
  const resolve = (host: string, namespace: string): RegistryService | undefined => {
    const exact = lookup(host, namespace);
    if (exact) return exact;
    for (const wildcard of wildcards) {
      const service = hostMatches(wildcard, host) ? lookup(wildcard, namespace) : undefined;
      if (service) return service;
    }
    return undefined;
  };
  return { services, byHost, visibility, lookup, resolve };
}

/** Tells ServiceEntries of one host and namespace of each other. */
function withSiblings(services: readonly RegistryService[]): readonly RegistryService[] {
  const entries = groupBy(
    services.filter(({ kind }) => kind === "ServiceEntry"),
    ({ namespace, host }) => `${namespace}/${host}`,
  );
  if ([...entries.values()].every(({ length }) => length === 1)) return services;
  return services.map((service) => {
    if (service.kind !== "ServiceEntry") return service;
    const all = entries.get(`${service.namespace}/${service.host}`) ?? [];
    return all.length > 1 ? { ...service, siblings: all } : service;
  });
}

/**
 * One service a host: that of the workload's own namespace, then a Kubernetes Service, then the
 * oldest. ServiceEntries of one namespace that differ in ports alone are one, with the ports of all.
 * Source: istiod's selectServices and appendSidecarServices.
 */
export function preferredServices(
  services: readonly RegistryService[],
  namespace: string,
): ReadonlyMap<string, RegistryService> {
  const rank = (service: RegistryService): number =>
    (service.namespace === namespace ? 0 : 2) + (service.kind === "Service" ? 0 : 1);
  const byHost = new Map<string, RegistryService>();
  for (const service of services) {
    const known = byHost.get(service.host);
    if (!known || rank(service) < rank(known)) byHost.set(service.host, service);
    else if (isOneWith(known, service)) byHost.set(service.host, withPortsOf(known, service));
  }
  return byHost;
}

function isOneWith(known: RegistryService, other: RegistryService): boolean {
  if (known.kind === "Service" || other.kind === "Service") return false;
  const kept = ({ namespace, resolution, exportTo, object }: RegistryService) =>
    JSON.stringify([
      namespace,
      resolution,
      [...(exportTo ?? [])].sort(),
      Object.entries(object.metadata.labels ?? {}).sort(),
      Object.entries(serviceEntrySpec(object).workloadSelector?.labels ?? {}).sort(),
    ]);
  return kept(known) === kept(other);
}

function withPortsOf(known: RegistryService, { ports }: RegistryService): RegistryService {
  const fresh = ports.filter(({ number }) => !known.ports.some((port) => port.number === number));
  return fresh.length > 0 ? { ...known, ports: [...known.ports, ...fresh] } : known;
}

const servicesOf = weakMemo((object: KubeObject): readonly RegistryService[] =>
  object.kind === "Service" ? [ofService(object)] : ofServiceEntry(object),
);

function ofService(object: KubeObject): RegistryService {
  const spec = serviceSpec(object);
  const { name, namespace = "" } = object.metadata;
  const exported = object.metadata.annotations?.[EXPORT_TO];
  const headless = spec.clusterIP === "None";
  return {
    host: serviceFqdn(name, namespace),
    name,
    namespace,
    kind: "Service",
    object,
    ports: (spec.ports ?? []).map((port) => ({
      number: port.port ?? 0,
      name: port.name ?? "",
      protocol: servicePortProtocol(port),
      targetPort: port.targetPort || (port.port ?? 0),
    })),
    addresses: spec.clusterIP && !headless ? (spec.clusterIPs ?? [spec.clusterIP]) : [],
    headless,
    external: spec.type === "ExternalName",
    resolution: "Kubernetes",
    exportTo: exported?.split(",").map((entry) => entry.trim()),
    ...(spec.type === "ExternalName" &&
      spec.externalName && { alias: spec.externalName.toLowerCase() }),
  };
}

function ofServiceEntry(object: KubeObject): RegistryService[] {
  const spec = serviceEntrySpec(object);
  const { name, namespace = "" } = object.metadata;
  const ports = (spec.ports ?? []).map((port) => ({
    number: port.number ?? 0,
    name: port.name ?? "",
    protocol: protocolOfName(port.protocol ?? "") ?? "Auto",
    targetPort: port.targetPort || (port.number ?? 0),
  }));
  return (spec.hosts ?? []).map((host) => ({
    host: host.toLowerCase(),
    name,
    namespace,
    kind: "ServiceEntry" as const,
    object,
    ports,
    addresses: spec.addresses ?? [],
    headless: false,
    external: spec.location !== "MESH_INTERNAL",
    resolution: spec.resolution ?? "NONE",
    exportTo: spec.exportTo,
  }));
}

/** All hosts that the mesh knows, wildcards included. Use with `mesh.derive`. */
export const registryHosts = (mesh: MeshView): ReadonlySet<string> =>
  new Set(mesh.derive(registry).byHost.keys());

keepFact(registry, { kinds: ["Service", "ServiceEntry"], facts: [meshConfig] });
