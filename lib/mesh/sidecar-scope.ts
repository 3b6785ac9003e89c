import { groupBy } from "@/lib/base/group-by";
import { weakMemo } from "@/lib/base/weak-memo";
import { type Protocol, protocolOfName } from "@/lib/istio/protocol";
import { hostsOverlap, isSubsetOfHost, resolveHost } from "@/lib/istio/host";
import { type EgressListener, sidecarSpec } from "@/lib/istio/sidecar";
import type { HttpRoute, VirtualServiceSpec } from "@/lib/istio/virtual-service";
import { destinationsOf } from "@/lib/istio/virtual-service-destinations";
import { isVisibleTo } from "@/lib/istio/visibility";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "./kept-fact";
import { meshConfig } from "./mesh-config";
import { preferredServices, registry, type RegistryService } from "./registry";
import { type MeshVirtualService, virtualServices } from "./virtual-services";
import type { MeshView } from "./view";

/** What may be reached through one outbound listener. */
export interface EgressScope {
  /** Undefined for the listener that takes all ports which have none of their own. */
  readonly port: number | undefined;
  /** What the listener takes its port for; undefined where each service's own port says so. */
  readonly protocol: Protocol | undefined;
  /** The only address that the listener takes connections to; undefined for any. */
  readonly bind: string | undefined;
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
  for (const { port, virtualServices: all } of egress) {
    for (const host of all.flatMap((service) => destinationHosts(mesh, service, namespace))) {
      if (imported.has(host) || others.has(host)) continue;
      const service = mesh.derive(registry).lookup(host, namespace);
      // What a listener with a port of its own imports has that port.
      const fits = port === undefined || service?.ports.some(({ number }) => number === port);
      if (service && fits) others.set(host, service);
    }
  }
  return others.size === 0 ? imported : new Map([...imported, ...others]);
}

/**
 * Where the routes of a VirtualService and its delegates lead that are for clients of a namespace.
 * Delegation goes one level deep: a delegate's own delegates, and what names a VirtualService with
 * hosts, lead nowhere. Source: istiod's mergeVirtualServicesIfNeeded.
 */
function destinationHosts(
  mesh: MeshView,
  service: MeshVirtualService,
  namespace: string,
): readonly string[] {
  const { forAll, special } = targets(service);
  if (special.length === 0) return forAll;
  const { namespace: owner } = service;
  const more = special
    .filter((route) => isFor(route, namespace))
    .flatMap((route) => {
      const { delegate } = route;
      if (!delegate) return hostsIn({ http: [route] }, owner);
      const target = mesh
        .derive(virtualServices)
        .get(delegate.namespace || owner, delegate.name ?? "");
      if (!target || (target.spec.hosts ?? []).length > 0) return [];
      const http = (target.spec.http ?? []).filter((part) => isFor(part, namespace));
      return hostsIn({ http }, target.namespace);
    });
  return [...forAll, ...more];
}

/** The hosts that everybody's routes lead to, and the routes that are not everybody's, or delegated. */
const targets = weakMemo(({ namespace, spec }: MeshVirtualService) => {
  const isSpecial = ({ delegate, match = [] }: HttpRoute): boolean =>
    delegate !== undefined || match.some(({ sourceNamespace }) => sourceNamespace);
  const { http = [] } = spec;
  const common = http.filter((route) => !isSpecial(route));
  return { forAll: hostsIn({ ...spec, http: common }, namespace), special: http.filter(isSpecial) };
});

function hostsIn(spec: VirtualServiceSpec, namespace: string): readonly string[] {
  const hosts = [...destinationsOf(spec)].map(({ destination: { host = "" } }) =>
    resolveHost(host, namespace).toLowerCase(),
  );
  return [...new Set(hosts)];
}

/** Matches that name namespaces, and none of them the client's, take their route away from it. */
function isFor({ match = [] }: HttpRoute, namespace: string): boolean {
  const named = match.filter(({ sourceNamespace }) => sourceNamespace);
  return named.length === 0 || named.some(({ sourceNamespace }) => sourceNamespace === namespace);
}

const selectorOf = (object: KubeObject) => {
  const labels = sidecarSpec(object).workloadSelector?.labels;
  return labels && Object.keys(labels).length > 0 ? labels : undefined;
};

/** Hosts that a listener imports, by the namespace that they are imported from. */
type Imports = ReadonlyMap<string, readonly string[]>;

function egressScope(mesh: MeshView, listener: EgressListener, namespace: string): EgressScope {
  const seen = mesh.derive(virtualServices).visibleTo(namespace);
  const imports = importsOf(listener, namespace);
  const { bind } = listener;
  const port = listener.port?.number || undefined;
  return {
    port,
    protocol: port === undefined ? undefined : protocolOfName(listener.port?.protocol ?? ""),
    bind: bind && bind !== "0.0.0.0" ? bind : undefined,
    services: mesh.derive(egressServices)(listener, namespace),
    virtualServices:
      listener === EVERYTHING
        ? withHosts(seen)
        : seen.filter(({ namespace: owner, hosts, httpRoutes, connectionPaths }) =>
            hosts.some((host) =>
              imports.has(owner, host, (wanted) =>
                (httpRoutes ?? connectionPaths)
                  ? isSubsetOfHost(host, wanted)
                  : hostsOverlap(wanted, host),
              ),
            ),
          ),
  };
}

/** All but delegates, which name no host. */
const withHosts = weakMemo((all: readonly MeshVirtualService[]) =>
  all.filter(({ hosts }) => hosts.length > 0),
);

/** The services that a listener imports into a namespace. They outlive changes of all else. */
function egressServices(mesh: MeshView) {
  const known = new Map<string, WeakMap<EgressListener, ReadonlyMap<string, RegistryService>>>();
  return (listener: EgressListener, namespace: string): ReadonlyMap<string, RegistryService> => {
    const ofNamespace = known.get(namespace) ?? new WeakMap();
    known.set(namespace, ofNamespace);
    const found = ofNamespace.get(listener);
    if (found) return found;
    const imports = importsOf(listener, namespace);
    const port = listener.port?.number || undefined;
    const services = preferredServices(
      registryServices(mesh, namespace).filter(
        ({ namespace: owner, host, ports }) =>
          (listener === EVERYTHING ||
            imports.has(owner, host, (wanted) => isSubsetOfHost(host, wanted))) &&
          (port === undefined || ports.some(({ number }) => number === port)),
      ),
      namespace,
    );
    ofNamespace.set(listener, services);
    return services;
  };
}

keepFact(egressServices, { kinds: [], facts: [registry] });

/** What a listener imports: hosts of namespaces, without those that other entries take away. */
interface Imported {
  has(owner: string, host: string, fits: (wanted: string) => boolean): boolean;
}

function importsOf(listener: EgressListener, namespace: string): Imported {
  const entries = (listener.hosts ?? []).map((entry) => importOf(entry, namespace));
  const from = (excluded: boolean) => {
    const byOwner: Imports = new Map(
      [
        ...groupBy(
          entries.filter((one) => one.excluded === excluded),
          ({ owner }) => owner,
        ),
      ].map(([owner, own]) => [owner, own.map(({ host }) => host)]),
    );
    return (owner: string): readonly string[] => [
      ...(byOwner.get(owner) ?? []),
      ...(byOwner.get("*") ?? []),
    ];
  };
  const [wantedFrom, unwantedFrom] = [from(false), from(true)];
  return {
    has: (owner, host, fits) =>
      wantedFrom(owner).some(fits) &&
      !unwantedFrom(owner).some((unwanted) => isSubsetOfHost(host, unwanted)),
  };
}

/** One entry of a listener's hosts. */
interface Import {
  readonly owner: string;
  readonly host: string;
  /** Whether it takes hosts away that other entries import: `~namespace/host`, `~/host`. */
  readonly excluded: boolean;
}

function importOf(entry: string, namespace: string): Import {
  const slash = entry.indexOf("/");
  if (slash < 0) return { owner: "*", host: entry, excluded: false };
  const host = entry.slice(slash + 1);
  const excluded = entry.startsWith("~");
  const owner = entry.slice(excluded ? 1 : 0, slash) || "*";
  return { owner: owner === "." ? namespace : owner, host, excluded };
}

function registryServices(mesh: MeshView, namespace: string): readonly RegistryService[] {
  const known = mesh.derive(registry);
  return known.services.filter((service) => isVisibleTo(known.visibility(service), namespace));
}
