import type { LoadBalancer } from "@/lib/istio/destination-rule";
import { serviceSpec } from "@/lib/k8s/service";
import type { Endpoint } from "@/lib/mesh/endpoints";
import {
  isWithin,
  type Locality,
  localities,
  localityDistance,
  localityOf,
  localityText,
} from "@/lib/mesh/locality";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import type { Cluster } from "./cluster";
import type { ProxyIdentity } from "./request";

type Labels = Readonly<Record<string, string>>;

/** Endpoints of one locality and priority, as istiod sends them to a proxy. */
export interface EndpointGroup {
  readonly locality: Locality;
  readonly endpoints: readonly Endpoint[];
  /** Beside that of other localities of the priority. */
  readonly weight: number;
  /** 0 is the highest; every priority down to the lowest has a group. */
  readonly priority: number;
}

/** How a proxy spreads requests over the endpoints of a cluster. */
export interface GroupedEndpoints {
  readonly groups: readonly EndpointGroup[];
  /** Whether localities have weights of their own, and not just those of their endpoints. */
  readonly byLocality: boolean;
}

/** What of a cluster decides how its endpoints are grouped. */
type GroupedCluster = Pick<Cluster, "policy" | "service" | "ready">;
/** The pod of the proxy that asks. */
type GroupingClient = Pick<ProxyIdentity, "namespace" | "pod">;

type LocalitySetting = NonNullable<LoadBalancer["localityLbSetting"]>;

/** Endpoints that a WorkloadEntry gives a weight have it, all others count as one. */
export const weightOf = ({ weight }: Endpoint): number => weight || 1;

/**
 * The ready endpoints of a cluster by locality, with the priorities and weights that they have for
 * the proxy that asks; undefined where it knows no difference between them. Failover needs outlier
 * detection, as Envoy would never leave the first priority without it. Source: istiod's
 * GetEffectiveLbSetting and ApplyLocalityLoadBalancer.
 */
export function groupedEndpoints(
  mesh: MeshView,
  proxy: GroupingClient,
  cluster: GroupedCluster,
): GroupedEndpoints | undefined {
  const { setting, force } = effectiveSetting(mesh, cluster);
  const { distribute = [], failover = [], failoverPriority = [] } = setting ?? {};
  const failsOver =
    setting !== undefined && (force || cluster.policy.outlierDetection !== undefined);
  const weighted = cluster.ready.some(({ weight }) => weight !== undefined);
  if (distribute.length === 0 && !failsOver && !weighted) return undefined;
  const known = mesh.derive(localities);
  const pod = mesh.get("Pod", proxy.namespace, proxy.pod);
  const own = pod ? known.of(pod) : localityOf("");
  const groups = localityGroups(mesh, cluster.ready);
  if (distribute.length > 0) {
    return { groups: distributed(groups, own, distribute), byLocality: true };
  }
  if (!failsOver) return { groups, byLocality: false };
  const labels = pod ? known.labelsOf(pod) : {};
  const labelsOf = ({ pod: server, labels: given }: Endpoint) =>
    server ? known.labelsOf(server) : given;
  const ranked =
    failoverPriority.length > 0
      ? groups.flatMap((group) => splitByLabels(group, labels, failoverPriority, labelsOf))
      : groups;
  const placed =
    failoverPriority.length > 0 && failover.length === 0
      ? ranked
      : ranked.map((group) => ({
          ...group,
          priority: group.priority * 5 + regionalPriority(own, group.locality, failover),
        }));
  return {
    groups: compacted(placed),
    byLocality: failover.length > 0 || failoverPriority.length > 0,
  };
}

/** The groups in which istiod sends the endpoints of a cluster to a proxy. */
export const endpointGroups = (
  mesh: MeshView,
  proxy: GroupingClient,
  cluster: GroupedCluster,
): readonly EndpointGroup[] =>
  groupedEndpoints(mesh, proxy, cluster)?.groups ?? localityGroups(mesh, cluster.ready);

/** The DestinationRule's setting, else what the Service prefers, else the mesh config's. */
function effectiveSetting(
  mesh: MeshView,
  { policy, service }: GroupedCluster,
): { readonly setting: LocalitySetting | undefined; readonly force: boolean } {
  const own = policy.loadBalancer?.localityLbSetting;
  if (own) return { setting: own.enabled === false ? undefined : own, force: false };
  const preferred = preferredBy(service);
  if (preferred) return { setting: { failoverPriority: preferred }, force: true };
  const { localityLbSetting } = mesh.derive(meshConfig);
  return {
    setting: localityLbSetting.enabled === false ? undefined : localityLbSetting,
    force: false,
  };
}

const NETWORK = "topology.istio.io/network";
const SAME_ZONE = [NETWORK, "topology.kubernetes.io/region", "topology.kubernetes.io/zone"];
const SAME_NODE = [...SAME_ZONE, "topology.istio.io/subzone", "kubernetes.io/hostname"];

/** What `spec.trafficDistribution` of a Service, or Istio's annotation, asks for. */
function preferredBy(service: RegistryService): readonly string[] | undefined {
  const annotation =
    service.object.metadata.annotations?.["networking.istio.io/traffic-distribution"];
  const asked =
    annotation ??
    (service.kind === "Service" ? serviceSpec(service.object).trafficDistribution : undefined);
  switch (asked?.toLowerCase()) {
    case "preferclose":
    case "prefersamezone":
      return SAME_ZONE;
    case "prefersamenode":
      return SAME_NODE;
    default:
      return undefined;
  }
}

/** Endpoints by their localities, all of one priority. */
function localityGroups(mesh: MeshView, ready: readonly Endpoint[]): readonly EndpointGroup[] {
  const known = mesh.derive(localities);
  const localityOfEndpoint = ({ locality, pod }: Endpoint): Locality =>
    locality === undefined && pod ? known.of(pod) : localityOf(locality ?? "");
  const found = new Map<string, { locality: Locality; endpoints: Endpoint[] }>();
  for (const endpoint of ready) {
    const locality = localityOfEndpoint(endpoint);
    const key = localityText(locality);
    const group = found.get(key) ?? { locality, endpoints: [] };
    found.set(key, group);
    group.endpoints.push(endpoint);
  }
  return [...found.values()].map((group) => ({
    ...group,
    weight: totalWeight(group.endpoints),
    priority: 0,
  }));
}

const totalWeight = (endpoints: readonly Endpoint[]): number =>
  endpoints.reduce((sum, endpoint) => sum + weightOf(endpoint), 0);

/** The first entry for the client's locality says how much goes where; elsewhere goes nothing. */
function distributed(
  groups: readonly EndpointGroup[],
  own: Locality,
  distribute: NonNullable<LocalitySetting["distribute"]>,
): readonly EndpointGroup[] {
  const entry = distribute.find(({ from = "" }) => isWithin(own, from));
  if (!entry) return groups;
  const left = new Set(groups);
  return Object.entries(entry.to ?? {}).flatMap(([to, weight]) => {
    const taken = [...left].filter(({ locality }) => isWithin(locality, to));
    const total = taken.reduce((sum, group) => sum + group.weight, 0);
    for (const group of taken) left.delete(group);
    return taken.map((group) => ({ ...group, weight: Math.ceil((group.weight * weight) / total) }));
  });
}

/** Endpoints whose labels are the client's come first; each label less of them comes later. */
function splitByLabels(
  group: EndpointGroup,
  proxyLabels: Labels,
  priorities: readonly string[],
  labelsOf: (endpoint: Endpoint) => Labels,
): readonly EndpointGroup[] {
  const wanted = priorities.map((entry) => {
    const [label = "", value] = entry.split("=");
    return [label, value ?? proxyLabels[label] ?? ""] as const;
  });
  const byPriority = new Map<number, Endpoint[]>();
  for (const endpoint of group.endpoints) {
    const labels = labelsOf(endpoint);
    const differs = wanted.findIndex(
      ([label, value], index) =>
        value !== (labels[label] ?? "") && !(index === 0 && label === NETWORK),
    );
    const elsewhere = wanted[0]?.[0] === NETWORK && wanted[0][1] !== (labels[NETWORK] ?? "");
    const priority = (differs < 0 ? 0 : wanted.length - differs) + (elsewhere ? wanted.length : 0);
    byPriority.set(priority, [...(byPriority.get(priority) ?? []), endpoint]);
  }
  return [...byPriority].map(([priority, endpoints]) => ({
    locality: group.locality,
    endpoints,
    weight: totalWeight(endpoints),
    priority,
  }));
}

/** How far away a locality is; beyond the region those come last that the failover does not name. */
function regionalPriority(
  own: Locality,
  locality: Locality,
  failover: NonNullable<LocalitySetting["failover"]>,
): number {
  const distance = localityDistance(own, locality);
  if (distance < 3) return distance;
  const entry = failover.find(({ from }) => from === own.region);
  return entry && entry.to !== locality.region ? 4 : 3;
}

/** The priorities as numbers without gaps. */
function compacted(groups: readonly EndpointGroup[]): readonly EndpointGroup[] {
  const ranks = [...new Set(groups.map(({ priority }) => priority))].sort((a, b) => a - b);
  return groups.map((group) => ({ ...group, priority: ranks.indexOf(group.priority) }));
}
