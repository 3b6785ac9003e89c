import { compareText } from "@/lib/base/compare-text";
import { resolveHost, serviceFqdn } from "@/lib/istio/host";
import { canonicalRevision } from "@/lib/istio/labels";
import { serviceEntrySpec } from "@/lib/istio/service-entry";
import { virtualServiceSpec } from "@/lib/istio/virtual-service";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { RolloutSpec } from "./plan";
import { routesOf } from "./route-target";
import { countPods, type PodCount, podsBehind, subsetsOf } from "./version-facts";

type Labels = Readonly<Record<string, string>>;

/** One version of a service that could take part in a rollout. */
export interface CandidateVersion {
  /** The subset that names it; undefined where no DestinationRule defines one. */
  readonly subset: string | undefined;
  /** Its canonical revision: the value of its pods' version label. */
  readonly revision: string;
  /** What tells its pods from the others'; undefined where no label of theirs does. */
  readonly labels: Labels | undefined;
  readonly pods: PodCount;
}

/** A route that leads to the service, with its weights in percent. */
export interface CandidateRoute {
  readonly kind: "VirtualService" | "HTTPRoute";
  /** Of the object that holds it. */
  readonly object: string;
  readonly namespace: string;
  readonly type: RolloutSpec["target"]["route"]["type"];
  readonly name: string | undefined;
  readonly index: number;
  /** Whether it takes only some of the requests. */
  readonly matches: boolean;
  /** Whose requests it divides: `mesh` stands for sidecars; empty where another object delegates. */
  readonly gateways: readonly string[];
  /** The host as the route writes it. */
  readonly host: string;
  readonly destinations: readonly {
    readonly subset: string | undefined;
    readonly host: string;
    readonly weight: number;
  }[];
}

/** A service whose traffic a rollout could shift. */
export interface Candidate {
  readonly namespace: string;
  readonly service: string;
  readonly host: string;
  readonly versions: readonly CandidateVersion[];
  /** Empty where neither a VirtualService nor an HTTPRoute leads to it. */
  readonly routes: readonly CandidateRoute[];
}

/**
 * Services of two versions or more, and those of one that a route leads to (their traffic can go to
 * another host), by name. Use it with `mesh.derive`.
 */
export function candidates(mesh: MeshView): readonly Candidate[] {
  const routes = routesByHost(mesh);
  return mesh
    .list("Service")
    .flatMap((service) => {
      const { name, namespace = "" } = service.metadata;
      const host = serviceFqdn(name, namespace);
      const versions = versionsOfService(mesh, service, host);
      const own = routes.get(host) ?? [];
      if (versions.length < 2 && own.length === 0) return [];
      return [{ namespace, service: name, host, versions, routes: own }];
    })
    .sort((a, b) => compareText(`${a.namespace}/${a.service}`, `${b.namespace}/${b.service}`));
}

/** Hosts that traffic could be moved to: those of Services and ServiceEntries, in order. */
export function knownHosts(mesh: MeshView): readonly string[] {
  const services = mesh
    .list("Service")
    .map(({ metadata }) => serviceFqdn(metadata.name, metadata.namespace ?? ""));
  const entries = mesh.list("ServiceEntry").flatMap((entry) => serviceEntrySpec(entry).hosts ?? []);
  return [...new Set([...services, ...entries])].sort(compareText);
}

function versionsOfService(mesh: MeshView, service: KubeObject, host: string): CandidateVersion[] {
  const pods = podsBehind(mesh, service);
  const subsets = subsetsOf(mesh, host, service.metadata.namespace ?? "").map(
    ({ name, labels }): CandidateVersion => ({
      subset: name,
      revision: canonicalRevision(labels),
      labels,
      pods: countPods(pods.filter(({ metadata }) => hasLabels(metadata.labels, labels))),
    }),
  );
  const named = new Set(subsets.map(({ revision }) => revision));
  const revisions = new Set(pods.map(({ metadata }) => canonicalRevision(metadata.labels)));
  const unnamed = [...revisions]
    .filter((revision) => !named.has(revision))
    .map((revision): CandidateVersion => {
      const own = pods.filter(({ metadata }) => canonicalRevision(metadata.labels) === revision);
      return {
        subset: undefined,
        revision,
        labels: versionLabels(own[0]?.metadata.labels, revision),
        pods: countPods(own),
      };
    });
  return [...subsets, ...unnamed].sort((a, b) => compareText(a.revision, b.revision));
}

/** The label that says the version, as a subset would select by it. */
function versionLabels(labels: Labels | undefined, revision: string): Labels | undefined {
  const key = ["version", "app.kubernetes.io/version"].find((name) => labels?.[name] === revision);
  return key === undefined ? undefined : { [key]: revision };
}

/** All routes by the host that they lead to. */
function routesByHost(mesh: MeshView): ReadonlyMap<string, CandidateRoute[]> {
  const found = new Map<string, CandidateRoute[]>();
  for (const kind of ["VirtualService", "HTTPRoute"] as const) {
    for (const object of mesh.list(kind)) {
      for (const [host, route] of routesOfObject(kind, object)) {
        const known = found.get(host);
        if (known) known.push(route);
        else found.set(host, [route]);
      }
    }
  }
  return found;
}

function routesOfObject(
  kind: CandidateRoute["kind"],
  object: KubeObject,
): (readonly [host: string, route: CandidateRoute])[] {
  const { name, namespace = "" } = object.metadata;
  const gateways = kind === "VirtualService" ? gatewaysOf(object) : [];
  return (["http", "tcp", "tls"] as const).flatMap((type) =>
    routesOf(object, type).flatMap(({ identity, destinations }) => {
      const lone = destinations.length === 1;
      const sent = destinations.map(({ destination, weight }) => ({
        subset: destination?.subset,
        host: destination?.host ?? "",
        weight: lone ? 100 : (weight ?? 0),
      }));
      const hosts = new Map(sent.map(({ host }) => [resolveHost(host, namespace), host]));
      return [...hosts].map(
        ([full, host]) =>
          [
            full,
            {
              kind,
              object: name,
              namespace,
              type,
              name: identity.name,
              index: identity.index,
              matches: identity.match !== "",
              gateways,
              host,
              destinations: sent,
            },
          ] as const,
      );
    }),
  );
}

function gatewaysOf(virtualService: KubeObject): readonly string[] {
  const { gateways, hosts = [] } = virtualServiceSpec(virtualService);
  if (hosts.length === 0) return [];
  return gateways && gateways.length > 0 ? gateways : ["mesh"];
}
