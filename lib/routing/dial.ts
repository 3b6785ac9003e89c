import { isIpAddress, serviceFqdn } from "@/lib/istio/host";
import { type Endpoint, endpoints } from "@/lib/mesh/endpoints";
import { keepFact } from "@/lib/mesh/kept-fact";
import { registry, type RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import type { Chance } from "./chance";

/** Where a client ends up that connects to a name or an address. */
export interface Dialled {
  /** Undefined for a name outside of the cluster: its address does not matter here. */
  readonly address: string | undefined;
  /** The Service or ServiceEntry whose virtual address that is. */
  readonly service: RegistryService | undefined;
}

/**
 * Resolves a name as the cluster's DNS does for a pod of `namespace`: with the search path of the
 * namespace, whatever the mesh thinks of visibility. Of the addresses of a headless Service `chance`
 * picks one, the first where it is left out.
 */
export function dial(mesh: MeshView, host: string, namespace: string, chance?: Chance): Dialled {
  const known = mesh.derive(byAddress);
  if (isIpAddress(host)) return { address: host, service: known.get(host) };
  const service = mesh.derive(dnsNames).get(searched(mesh, host.toLowerCase(), namespace));
  if (!service) return { address: undefined, service: undefined };
  // The DNS answers with the other name; one that leads back to itself leads nowhere.
  if (service.alias !== undefined) {
    return service.alias === service.host
      ? { address: undefined, service: undefined }
      : dialAlias(mesh, service.alias, chance);
  }
  const [address] = service.addresses;
  if (address !== undefined || !service.headless) return { address, service };
  const ready = readyEndpoints(mesh, service, service.ports[0]?.number ?? 0);
  return { address: ready[chance?.evenly("address", ready.length) ?? 0]?.address, service };
}

/** One step further is enough: of names that stand for names nobody in the mesh knows the last. */
function dialAlias(mesh: MeshView, alias: string, chance: Chance | undefined): Dialled {
  const target = mesh.derive(dnsNames).get(alias);
  if (!target || target.alias !== undefined) return { address: undefined, service: undefined };
  return dial(mesh, alias, "", chance);
}

/** The first name of the search path that is known. */
function searched(mesh: MeshView, host: string, namespace: string): string {
  const names = mesh.derive(dnsNames);
  const candidates = [
    serviceFqdn(host, namespace),
    `${host}.svc.cluster.local`,
    `${host}.cluster.local`,
  ];
  return candidates.find((name) => names.has(name)) ?? host;
}

/** Kubernetes Services by DNS name, ServiceEntries after them. */
function dnsNames(mesh: MeshView): ReadonlyMap<string, RegistryService> {
  const names = new Map<string, RegistryService>();
  for (const service of mesh.derive(registry).services) {
    const known = names.get(service.host);
    if (!known || (known.kind !== "Service" && service.kind === "Service")) {
      names.set(service.host, service);
    }
  }
  return names;
}

/** Services by their virtual addresses; of several with one address the oldest. */
function byAddress(mesh: MeshView): ReadonlyMap<string, RegistryService> {
  const services = new Map<string, RegistryService>();
  for (const service of mesh.derive(registry).services) {
    for (const address of service.addresses) {
      if (!services.has(address)) services.set(address, service);
    }
  }
  return services;
}

/** The endpoints that kube-proxy would pick from for a port of a Service. */
export function readyEndpoints(
  mesh: MeshView,
  service: RegistryService,
  number: number,
): readonly Endpoint[] {
  const port = service.ports.find((candidate) => candidate.number === number);
  if (!port) return [];
  return mesh
    .derive(endpoints)
    .of(service, port)
    .filter((endpoint) => endpoint.ready);
}

keepFact(dnsNames, { kinds: [], facts: [registry] });
keepFact(byAddress, { kinds: [], facts: [registry] });
