import { groupBy } from "@/lib/base/group-by";
import { hostsOverlap, isSubsetOfHost, resolveHost } from "@/lib/istio/host";
import { type EgressListener, sidecarSpec } from "@/lib/istio/sidecar";
import { destinationsOf } from "@/lib/istio/virtual-service-destinations";
import { isVisibleTo } from "@/lib/istio/visibility";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "./mesh-config";
import { registry, type RegistryService } from "./registry";
import { type MeshVirtualService, virtualServices } from "./virtual-services";
import type { MeshView } from "./view";

/** What may be reached through one outbound listener. */
export interface EgressScope {
  /** Undefined for the listener that takes all ports which have none of their own. */
  readonly port: number | undefined;
  /** By host; of several services of one name the preferred one. */
  readonly services: ReadonlyMap<string, RegistryService>;
  /** In istiod's order of preference. */
  readonly virtualServices: readonly MeshVirtualService[];
}

/** What a workload's proxy knows of the mesh. */
export interface SidecarScope {
  /** The Sidecar that limits it; undefined where none does. */
  readonly sidecar: KubeObject | undefined;
  /** Those with a port of their own first. */
  readonly egress: readonly EgressScope[];
  /**
   * By host all services that the proxy has clusters for: those of every listener, and those that
   * an imported VirtualService sends requests to.
   */
  readonly services: ReadonlyMap<string, RegistryService>;
  /** What happens to hosts that are not known: `ALLOW_ANY` or `REGISTRY_ONLY`. */
  readonly outbound: "ALLOW_ANY" | "REGISTRY_ONLY";
}

/** A workload: its namespace and its labels. */
export interface ScopedWorkload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** No Sidecar goes for a waypoint. */
  readonly type?: "sidecar" | "router" | "waypoint";
}

/** Finds the scope of workloads, each computed once. Use with `mesh.derive`. */
export function sidecarScopes(mesh: MeshView): (workload: ScopedWorkload) => SidecarScope {
  const { rootNamespace, outboundTrafficPolicy } = mesh.derive(meshConfig);
  const byNamespace = groupBy(
    [...mesh.list("Sidecar")].sort(compareCreation),
    (object) => object.metadata.namespace ?? "",
  );
  const sidecarOf = ({ namespace, labels }: ScopedWorkload): KubeObject | undefined => {
    const here = byNamespace.get(namespace) ?? [];
    return (
      here.find((object) => {
        const selector = selectorOf(object);
        return selector !== undefined && hasLabels(labels, selector);
      }) ??
      here.find((object) => !selectorOf(object)) ??
      (byNamespace.get(rootNamespace) ?? []).find((object) => !selectorOf(object))
    );
  };
  const meshPolicy = outboundTrafficPolicy.mode === "REGISTRY_ONLY" ? "REGISTRY_ONLY" : "ALLOW_ANY";

  const known = new Map<string, SidecarScope>();
  return (workload) => {
    const sidecar = workload.type === "waypoint" ? undefined : sidecarOf(workload);
    const key = `${workload.namespace}/${sidecar?.metadata.namespace ?? ""}/${sidecar?.metadata.name ?? ""}`;
    const found = known.get(key);
    if (found) return found;
    const spec = sidecar && sidecarSpec(sidecar);
    const listeners: readonly EgressListener[] = spec?.egress?.length
      ? spec.egress
      : [{ hosts: ["*/*"] }];
    const policy = spec?.outboundTrafficPolicy;
    const egress = listeners
      .map((listener) => egressScope(mesh, listener, workload.namespace))
      .sort((a, b) => Number(a.port === undefined) - Number(b.port === undefined));
    const scope: SidecarScope = {
      sidecar,
      egress,
      services: reachable(mesh, egress, workload.namespace),
      outbound: policy ? (policy.mode === "ALLOW_ANY" ? "ALLOW_ANY" : "REGISTRY_ONLY") : meshPolicy,
    };
    known.set(key, scope);
    return scope;
  };
}

function reachable(
  mesh: MeshView,
  egress: readonly EgressScope[],
  namespace: string,
): ReadonlyMap<string, RegistryService> {
  const services = new Map(egress.flatMap((listener) => [...listener.services]));
  for (const { namespace: owner, spec } of egress.flatMap((scope) => scope.virtualServices)) {
    for (const { destination } of destinationsOf(spec)) {
      const host = resolveHost(destination.host ?? "", owner).toLowerCase();
      const service = services.has(host)
        ? undefined
        : mesh.derive(registry).lookup(host, namespace);
      if (service) services.set(host, service);
    }
  }
  return services;
}

const selectorOf = (object: KubeObject) => {
  const labels = sidecarSpec(object).workloadSelector?.labels;
  return labels && Object.keys(labels).length > 0 ? labels : undefined;
};

/** Hosts that a listener imports, by the namespace that they are imported from. */
type Imports = ReadonlyMap<string, readonly string[]>;

function egressScope(mesh: MeshView, listener: EgressListener, namespace: string): EgressScope {
  const imports: Imports = new Map(
    [
      ...groupBy(
        (listener.hosts ?? []).map((entry) => importOf(entry, namespace)),
        ([owner]) => owner,
      ),
    ].map(([owner, entries]) => [owner, entries.map(([, host]) => host)]),
  );
  const wantedFrom = (owner: string): readonly string[] => [
    ...(imports.get(owner) ?? []),
    ...(imports.get("*") ?? []),
  ];
  const port = listener.port?.number || undefined;
  return {
    port,
    services: preferred(
      registryServices(mesh, namespace).filter(
        (service) =>
          wantedFrom(service.namespace).some((wanted) => isSubsetOfHost(service.host, wanted)) &&
          (port === undefined || service.ports.some(({ number }) => number === port)),
      ),
      namespace,
    ),
    virtualServices: mesh
      .derive(virtualServices)
      .visibleTo(namespace)
      .filter(({ namespace: owner, hosts, httpRoutes, connectionPaths }) =>
        wantedFrom(owner).some((wanted) =>
          hosts.some((host) =>
            (httpRoutes ?? connectionPaths)
              ? isSubsetOfHost(host, wanted)
              : hostsOverlap(wanted, host),
          ),
        ),
      ),
  };
}

function importOf(entry: string, namespace: string): readonly [string, string] {
  const slash = entry.indexOf("/");
  if (slash < 0) return ["*", entry];
  const owner = entry.slice(0, slash);
  return [owner === "." ? namespace : owner, entry.slice(slash + 1)];
}

function registryServices(mesh: MeshView, namespace: string): readonly RegistryService[] {
  const known = mesh.derive(registry);
  return known.services.filter((service) => isVisibleTo(known.visibility(service), namespace));
}

/** One service a host: the workload's own namespace, then a Kubernetes Service, then the oldest. */
function preferred(
  services: readonly RegistryService[],
  namespace: string,
): ReadonlyMap<string, RegistryService> {
  const rank = (service: RegistryService): number =>
    service.namespace === namespace ? 0 : service.kind === "Service" ? 1 : 2;
  const byHost = new Map<string, RegistryService>();
  for (const service of services) {
    const known = byHost.get(service.host);
    if (!known || rank(service) < rank(known)) byHost.set(service.host, service);
  }
  return byHost;
}
