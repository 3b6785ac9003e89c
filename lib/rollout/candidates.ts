import { resolveHost, serviceFqdn } from "@/lib/istio/host";
import { canonicalRevision } from "@/lib/istio/labels";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { RolloutSpec } from "./plan";
import { routesOf } from "./route-target";
import { countPods, type PodCount, podsBehind, subsetsOf } from "./version-facts";

/** One version of a service that could take part in a rollout. */
export interface CandidateVersion {
  /** The subset that names it; undefined where no DestinationRule defines one. */
  readonly subset: string | undefined;
  /** Its canonical revision: the value of its pods' version label. */
  readonly revision: string;
  readonly pods: PodCount;
}

/** A route that leads to the service, with its weights in percent. */
export interface CandidateRoute {
  readonly virtualService: string;
  readonly namespace: string;
  readonly type: RolloutSpec["target"]["route"]["type"];
  readonly name: string | undefined;
  readonly index: number;
  /** Whether it takes only some of the requests. */
  readonly matches: boolean;
  /** The host as the route writes it. */
  readonly host: string;
  readonly destinations: readonly {
    readonly subset: string | undefined;
    readonly host: string;
    readonly weight: number;
  }[];
}

/** A service with two versions or more. */
export interface Candidate {
  readonly namespace: string;
  readonly service: string;
  readonly host: string;
  readonly versions: readonly CandidateVersion[];
  /** Empty where no VirtualService routes to it by subset or host. */
  readonly routes: readonly CandidateRoute[];
}

/** Services whose pods or subsets are of two versions or more, by name. Use it with `mesh.derive`. */
export function candidates(mesh: MeshView): readonly Candidate[] {
  return mesh
    .list("Service")
    .flatMap((service) => {
      const { name, namespace = "" } = service.metadata;
      const host = serviceFqdn(name, namespace);
      const versions = versionsOfService(mesh, service, host);
      if (versions.length < 2) return [];
      return [{ namespace, service: name, host, versions, routes: routesTo(mesh, host) }];
    })
    .sort((a, b) => (`${a.namespace}/${a.service}` < `${b.namespace}/${b.service}` ? -1 : 1));
}

function versionsOfService(mesh: MeshView, service: KubeObject, host: string): CandidateVersion[] {
  const pods = podsBehind(mesh, service);
  const subsets = subsetsOf(mesh, host, service.metadata.namespace ?? "").map(
    ({ name, labels }): CandidateVersion => ({
      subset: name,
      revision: canonicalRevision(labels),
      pods: countPods(pods.filter(({ metadata }) => hasLabels(metadata.labels, labels))),
    }),
  );
  const named = new Set(subsets.map(({ revision }) => revision));
  const revisions = new Set(pods.map(({ metadata }) => canonicalRevision(metadata.labels)));
  const unnamed = [...revisions]
    .filter((revision) => !named.has(revision))
    .map((revision): CandidateVersion => ({
      subset: undefined,
      revision,
      pods: countPods(
        pods.filter(({ metadata }) => canonicalRevision(metadata.labels) === revision),
      ),
    }));
  return [...subsets, ...unnamed].sort((a, b) => (a.revision < b.revision ? -1 : 1));
}

function routesTo(mesh: MeshView, host: string): CandidateRoute[] {
  return mesh.list("VirtualService").flatMap((virtualService) => {
    const { name, namespace = "" } = virtualService.metadata;
    return (["http", "tcp", "tls"] as const).flatMap((type) =>
      routesOf(virtualService, type).flatMap(({ identity, destinations }) => {
        const own = destinations.filter(
          ({ destination }) => resolveHost(destination?.host ?? "", namespace) === host,
        );
        const [first] = own;
        if (!first) return [];
        const lone = destinations.length === 1;
        return [
          {
            virtualService: name,
            namespace,
            type,
            name: identity.name,
            index: identity.index,
            matches: identity.match !== "",
            host: first.destination?.host ?? "",
            destinations: destinations.map(({ destination, weight }) => ({
              subset: destination?.subset,
              host: destination?.host ?? "",
              weight: lone ? 100 : (weight ?? 0),
            })),
          },
        ];
      }),
    );
  });
}
