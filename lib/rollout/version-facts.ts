import { destinationRuleSpec } from "@/lib/istio/destination-rule";
import { hostMatches, resolveHost, serviceOfFqdn } from "@/lib/istio/host";
import { canonicalRevision } from "@/lib/istio/labels";
import { isVisibleTo, visibilityOf } from "@/lib/istio/visibility";
import { hasLabels } from "@/lib/k8s/label-selector";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { isPodReady } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import { specOf } from "@/lib/k8s/spec";
import type { MeshView } from "@/lib/mesh/view";

type Labels = Readonly<Record<string, string>>;

/** How many pods there are, and how many take requests. */
export interface PodCount {
  readonly ready: number;
  readonly total: number;
}

/** What the cluster knows of one side of a rollout. */
export interface VersionFacts {
  /** Fully qualified. */
  readonly host: string;
  readonly service: KubeObject | undefined;
  /** Whether a ServiceEntry names the host: another cluster's or an outside service, without pods of ours. */
  readonly external: boolean;
  /** Whether it is the whole host, so that all requests to the host are its own. */
  readonly wholeHost: boolean;
  /** Labels of the subset; undefined where no visible DestinationRule defines it, or none is named. */
  readonly subsetLabels: Labels | undefined;
  /** `namespace/name` of the DestinationRule that defines the subset. */
  readonly definedBy: string | undefined;
  readonly pods: PodCount;
  /** Values of `destination_canonical_revision` under which its requests are counted. */
  readonly revisions: readonly string[];
  /** What its pods are to run, in one word; undefined where no workload says. */
  readonly content: string | undefined;
}

/** The subsets of a host that a client in `namespace` sees, each with the rule that defines it. */
export function subsetsOf(
  mesh: MeshView,
  host: string,
  namespace: string,
): { readonly name: string; readonly labels: Labels; readonly rule: string }[] {
  return mesh.list("DestinationRule").flatMap((rule) => {
    const own = rule.metadata.namespace ?? "";
    const spec = destinationRuleSpec(rule);
    if (!spec.host || !hostMatches(resolveHost(spec.host, own), host)) return [];
    if (!isVisibleTo(visibilityOf(spec.exportTo, own), namespace)) return [];
    return (spec.subsets ?? []).flatMap(({ name, labels }) =>
      name === undefined ? [] : [{ name, labels: labels ?? {}, rule: objectKey(rule) }],
    );
  });
}

/** The Service that a fully qualified host means; undefined for others, such as a ServiceEntry's. */
function serviceOf(mesh: MeshView, host: string): KubeObject | undefined {
  const place = serviceOfFqdn(host);
  return place && mesh.get("Service", place.namespace, place.name);
}

/** Whether a ServiceEntry that the namespace sees names the host. */
const isEntry = (mesh: MeshView, host: string, namespace: string): boolean =>
  mesh.list("ServiceEntry").some((entry) => {
    const { hosts = [], exportTo } = specOf<{ hosts?: string[]; exportTo?: string[] }>(entry);
    return (
      hosts.some((own) => hostMatches(own, host)) &&
      isVisibleTo(visibilityOf(exportTo, entry.metadata.namespace ?? ""), namespace)
    );
  });

/** The pods behind a Service, not counting those that go away. */
export function podsBehind(mesh: MeshView, service: KubeObject): readonly KubeObject[] {
  const selector = serviceSpec(service).selector ?? {};
  if (Object.keys(selector).length === 0) return [];
  return mesh
    .list("Pod")
    .filter(
      ({ metadata }) =>
        metadata.namespace === service.metadata.namespace &&
        !metadata.deletionTimestamp &&
        hasLabels(metadata.labels, selector),
    );
}

/** How many of the pods are ready. */
export const countPods = (pods: readonly KubeObject[]): PodCount => ({
  ready: pods.filter(isPodReady).length,
  total: pods.length,
});

/** What the cluster knows of a host or one of its subsets, seen from the VirtualService's namespace. */
export function versionFacts(
  mesh: MeshView,
  destination: {
    readonly host: string;
    readonly subset?: string | undefined;
    /** Of the subset, where no rule defines it yet. */
    readonly labels?: Labels | undefined;
  },
  namespace: string,
): VersionFacts {
  const host = resolveHost(destination.host, namespace);
  const service = serviceOf(mesh, host);
  const subset =
    destination.subset === undefined
      ? undefined
      : subsetsOf(mesh, host, namespace).find(({ name }) => name === destination.subset);
  const labels =
    subset?.labels ?? (destination.subset === undefined ? undefined : destination.labels);
  const missing = destination.subset !== undefined && !labels;
  const pods =
    service && !missing
      ? podsBehind(mesh, service).filter(({ metadata }) => hasLabels(metadata.labels, labels ?? {}))
      : [];
  const revisions = new Set(pods.map(({ metadata }) => canonicalRevision(metadata.labels)));
  if (revisions.size === 0 && labels) revisions.add(canonicalRevision(labels));
  return {
    host,
    service,
    external: !service && isEntry(mesh, host, namespace),
    wholeHost: destination.subset === undefined,
    subsetLabels: labels,
    definedBy: subset?.rule,
    pods: countPods(pods),
    revisions: [...revisions].sort(),
    content: contentOf(mesh, {
      service,
      wholeHost: destination.subset === undefined,
      subsetLabels: labels,
    }),
  };
}

/** The Deployments whose pods are those of a version. */
export function deploymentsBehind(
  mesh: MeshView,
  {
    service,
    wholeHost,
    subsetLabels,
  }: Pick<VersionFacts, "service" | "wholeHost" | "subsetLabels">,
): readonly KubeObject[] {
  const selector = service ? (serviceSpec(service).selector ?? {}) : {};
  if (Object.keys(selector).length === 0 || (!wholeHost && !subsetLabels)) return [];
  return mesh
    .list("Deployment")
    .filter(
      (deployment) =>
        deployment.metadata.namespace === service?.metadata.namespace &&
        hasLabels(deploymentTemplate(deployment).labels, { ...selector, ...subsetLabels }),
    );
}

/** The images of the Deployments behind a version: they change at once, pods one by one. */
function contentOf(
  mesh: MeshView,
  version: Parameters<typeof deploymentsBehind>[1],
): string | undefined {
  const images = deploymentsBehind(mesh, version).map(
    (deployment) =>
      `${deployment.metadata.name}=${deploymentTemplate(deployment).images.join("+")}`,
  );
  return images.length > 0 ? images.sort().join(",") : undefined;
}

function deploymentTemplate(deployment: KubeObject): {
  readonly labels: Labels;
  readonly images: readonly string[];
} {
  const { template = {} } = specOf<{
    template?: {
      metadata?: { labels?: Labels };
      spec?: { containers?: readonly { image?: string }[] };
    };
  }>(deployment);
  return {
    labels: template.metadata?.labels ?? {},
    images: (template.spec?.containers ?? []).map(({ image = "" }) => image),
  };
}
