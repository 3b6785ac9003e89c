import { groupBy } from "@/lib/base/group-by";
import { weakMemo } from "@/lib/base/weak-memo";
import { hostsOverlap, isSubsetOfHost, resolveHost } from "@/lib/istio/host";
import { type EgressListener, sidecarSpec } from "@/lib/istio/sidecar";
import { destinationsOf } from "@/lib/istio/virtual-service-destinations";
import { isVisibleTo } from "@/lib/istio/visibility";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "./kept-fact";
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

/** What a proxy imports that no Sidecar limits. */
const EVERYTHING: EgressListener = { hosts: ["*/*"] };

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
    const listeners = spec?.egress?.length ? spec.egress : [EVERYTHING];
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

keepFact(sidecarScopes, {
  kinds: ["Sidecar"],
  facts: [meshConfig, registry, virtualServices, egressServices],
});

function reachable(
  mesh: MeshView,
  egress: readonly EgressScope[],
  namespace: string,
): ReadonlyMap<string, RegistryService> {
  const [only] = egress;
  // A large mesh has many scopes, and nearly all of them import all that they send to.
  const imported =
    only && egress.length === 1
      ? only.services
      : new Map(egress.flatMap((listener) => [...listener.services]));
  const others = new Map<string, RegistryService>();
  for (const { virtualServices: all } of egress) {
    for (const host of all.flatMap(targetHosts)) {
      if (imported.has(host) || others.has(host)) continue;
      const service = mesh.derive(registry).lookup(host, namespace);
      if (service) others.set(host, service);
    }
  }
  return others.size === 0 ? imported : new Map([...imported, ...others]);
}

/** The hosts that a VirtualService sends requests to. */
const targetHosts = weakMemo(({ namespace, spec }: MeshVirtualService): readonly string[] => {
  const hosts = [...destinationsOf(spec)].map(({ destination: { host = "" } }) =>
    resolveHost(host, namespace).toLowerCase(),
  );
  return [...new Set(hosts)];
});

const selectorOf = (object: KubeObject) => {
  const labels = sidecarSpec(object).workloadSelector?.labels;
  return labels && Object.keys(labels).length > 0 ? labels : undefined;
};

/** Hosts that a listener imports, by the namespace that they are imported from. */
type Imports = ReadonlyMap<string, readonly string[]>;

function egressScope(mesh: MeshView, listener: EgressListener, namespace: string): EgressScope {
  const seen = mesh.derive(virtualServices).visibleTo(namespace);
  const wantedFrom = importsOf(listener, namespace);
  return {
    port: listener.port?.number || undefined,
    services: mesh.derive(egressServices)(listener, namespace),
    virtualServices:
      listener === EVERYTHING
        ? // What names no host is a delegate.
          seen.filter(({ hosts }) => hosts.length > 0)
        : seen.filter(({ namespace: owner, hosts, httpRoutes, connectionPaths }) =>
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

/** The services that a listener imports into a namespace. They outlive changes of all else. */
function egressServices(mesh: MeshView) {
  const known = new Map<string, WeakMap<EgressListener, ReadonlyMap<string, RegistryService>>>();
  return (listener: EgressListener, namespace: string): ReadonlyMap<string, RegistryService> => {
    const ofNamespace = known.get(namespace) ?? new WeakMap();
    known.set(namespace, ofNamespace);
    const found = ofNamespace.get(listener);
    if (found) return found;
    const wantedFrom = importsOf(listener, namespace);
    const port = listener.port?.number || undefined;
    const services = preferred(
      registryServices(mesh, namespace).filter(
        (service) =>
          (listener === EVERYTHING ||
            wantedFrom(service.namespace).some((wanted) => isSubsetOfHost(service.host, wanted))) &&
          (port === undefined || service.ports.some(({ number }) => number === port)),
      ),
      namespace,
    );
    ofNamespace.set(listener, services);
    return services;
  };
}

keepFact(egressServices, { kinds: [], facts: [registry] });

/** The hosts that a listener imports from a namespace. */
function importsOf(
  listener: EgressListener,
  namespace: string,
): (owner: string) => readonly string[] {
  const imports: Imports = new Map(
    [
      ...groupBy(
        (listener.hosts ?? []).map((entry) => importOf(entry, namespace)),
        ([owner]) => owner,
      ),
    ].map(([owner, entries]) => [owner, entries.map(([, host]) => host)]),
  );
  return (owner) => [...(imports.get(owner) ?? []), ...(imports.get("*") ?? [])];
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
