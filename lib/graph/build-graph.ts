import type { MeshView } from "@/lib/mesh/view";
import { compare, compareNatural, groupBy } from "./collect";
import { badgesOf, mtlsMode, wantedShares } from "./config-facts";
import { type Flow, mergeFlows, type Telemetry } from "./flows";
import { clientHealth, readinessHealth, trafficHealth, worse } from "./health";
import { type Identity, identifySource, identifyTarget, isGateway } from "./identity";
import { type LatencyLookup, latencyLookup, versionId } from "./latency";
import {
  edgeId,
  type GraphEdge,
  type GraphLevel,
  type GraphNode,
  type GraphVersion,
  type MeshGraph,
} from "./mesh-graph";
import { isIdle, NO_LATENCY, sumTraffic } from "./traffic";
import { podCount, primaryService, type WorkloadFact, workloadIndex } from "./workload-index";

/** One flow, and who its ends are. */
interface Leg {
  readonly flow: Flow;
  readonly source: Identity;
  readonly target: Identity;
}

/** A node while its parts are gathered. */
interface Draft {
  readonly identity: Omit<Identity, "revision" | "workload">;
  readonly workloads: readonly WorkloadFact[];
  readonly inbound: readonly Leg[];
  readonly outbound: readonly Leg[];
  /** Canonical revisions, sorted; `null` last, when requests reached no pod. */
  readonly revisions: readonly (string | null)[];
}

/**
 * The graph of the whole mesh: what telemetry saw, on what the cluster says exists.
 *
 * Services in the mesh appear even without traffic; everything else only with telemetry. Sums are
 * kept: each request that telemetry counts is in exactly one edge.
 */
export function buildGraph(
  telemetry: Telemetry,
  mesh: MeshView,
  options: { readonly windowSeconds: number; readonly level: GraphLevel },
): MeshGraph {
  const { windowSeconds, level } = options;
  const legs = mergeFlows(telemetry).map((flow) => ({
    flow,
    source: identifySource(flow.source, mesh),
    target: identifyTarget(flow.target, mesh),
  }));
  const drafts = draftsOf(legs, mesh);
  const split = new Set<string>();
  if (level === "versions") {
    for (const [id, draft] of drafts) if (isSplit(draft)) split.add(id);
  }
  const leafOf = ({ id, revision }: Identity) => (split.has(id) ? versionId(id, revision) : id);
  const latency = latencyLookup(telemetry, mesh, level, leafOf);

  const nodes = [...drafts.values()].map((draft) => nodeOf(draft, mesh, latency, windowSeconds));
  const edges = [...groupBy(legs, (leg) => edgeId(leafOf(leg.source), leafOf(leg.target)))].map(
    ([id, members]) => edgeOf(id, members, leafOf, { latency, windowSeconds }),
  );
  const namespaces = new Set(nodes.flatMap(({ namespace }) => namespace ?? []));
  return {
    level,
    windowSeconds,
    nodes: nodes.sort((a, b) => compare(a.id, b.id)),
    edges: edges.sort((a, b) => compare(a.id, b.id)),
    boxes: [...namespaces]
      .sort(compare)
      .map((namespace) => ({ namespace, mtls: mtlsMode(namespace, mesh) })),
  };
}

/** Whether the versions of a node are worth drawing singly. */
const isSplit = ({ identity, revisions }: Draft) =>
  identity.kind === "service" && revisions.length > 1;

function draftsOf(legs: readonly Leg[], mesh: MeshView): ReadonlyMap<string, Draft> {
  const workloadsOf = groupBy(
    mesh.derive(workloadIndex).workloads.values(),
    (workload) => `${workload.namespace}/${primaryService(workload)}`,
  );
  const identities = new Map<string, Draft["identity"]>();
  for (const { source, target } of legs) {
    for (const identity of [source, target]) identities.set(identity.id, identity);
  }
  for (const [id, workloads] of workloadsOf) {
    const [first] = workloads;
    if (!first || !isInMesh(workloads)) continue;
    const kind = isGateway(first, mesh) ? "gateway" : "service";
    identities.set(id, { id, kind, name: primaryService(first), namespace: first.namespace });
  }
  const inbound = groupBy(legs, ({ target }) => target.id);
  const outbound = groupBy(legs, ({ source }) => source.id);
  return new Map(
    [...identities].map(([id, { kind, name, namespace }]) => {
      const workloads = workloadsOf.get(id) ?? [];
      const parts = { inbound: inbound.get(id) ?? [], outbound: outbound.get(id) ?? [] };
      const draft: Draft = {
        identity: { id, kind, name, ...(namespace === undefined ? {} : { namespace }) },
        workloads,
        ...parts,
        revisions: revisionsOf(parts, workloads),
      };
      return [id, draft];
    }),
  );
}

function revisionsOf(
  { inbound, outbound }: Pick<Draft, "inbound" | "outbound">,
  workloads: readonly WorkloadFact[],
): readonly (string | null)[] {
  const seen = [
    ...workloads.filter((workload) => workload.pods.length > 0).map(({ revision }) => revision),
    ...inbound.map(({ target }) => target.revision),
    ...outbound.map(({ source }) => source.revision),
  ];
  const known = [...new Set(seen.flatMap((revision) => revision ?? []))].sort(compareNatural);
  return seen.includes(null) ? [...known, null] : known;
}

function nodeOf(
  draft: Draft,
  mesh: MeshView,
  latency: LatencyLookup,
  windowSeconds: number,
): GraphNode {
  const { identity, workloads, inbound, outbound, revisions } = draft;
  // Nobody in the mesh calls an ingress gateway, so what it sends on is what it was asked for.
  const counted = identity.kind === "gateway" && inbound.length === 0 ? outbound : inbound;
  const traffic = sumTraffic(flowsOf(counted), latency.node(identity.id));
  const pods = workloads.length > 0 ? podCount(workloads) : null;
  const wanted = wantedShares(identity, mesh);
  const versions = revisions.map((revision) =>
    versionOf(draft, revision, { wanted, latency, windowSeconds, all: traffic.requestsPerSecond }),
  );
  return {
    ...identity,
    inbound: traffic,
    versions: versions.length > 1 ? markCanary(versions) : versions,
    pods,
    badges: badgesOf(identity, mesh),
    health: worse(
      inbound.length === 0 && outbound.some(carries)
        ? clientHealth(traffic, windowSeconds)
        : trafficHealth(traffic, windowSeconds),
      readinessHealth(pods),
    ),
  };
}

function versionOf(
  { identity, workloads, inbound }: Draft,
  revision: string | null,
  context: {
    readonly wanted: ReadonlyMap<string, number> | undefined;
    readonly latency: LatencyLookup;
    readonly windowSeconds: number;
    readonly all: number | null;
  },
): GraphVersion {
  const id = versionId(identity.id, revision);
  const legs = inbound.filter(({ target }) => target.revision === revision);
  const traffic = sumTraffic(flowsOf(legs), context.latency.version(id));
  const members = workloads.filter((workload) => workload.revision === revision);
  const names = [
    ...members.map(({ name }) => name),
    ...legs.flatMap((l) => l.target.workload ?? []),
  ];
  const pods = members.length > 0 ? podCount(members) : null;
  const wanted = revision === null ? undefined : context.wanted?.get(revision);
  const splits = context.wanted !== undefined && revision !== null;
  return {
    id,
    version: revision,
    workloads: [...new Set(names)].sort(compare),
    inbound: traffic,
    share: context.all ? (traffic.requestsPerSecond ?? 0) / context.all : null,
    ...(splits ? { wanted: wanted ?? 0 } : {}),
    canary: false,
    pods,
    health: worse(trafficHealth(traffic, context.windowSeconds), readinessHealth(pods)),
  };
}

/** A version with some weight, but less than another one has, is being tried out. */
function markCanary(versions: readonly GraphVersion[]): readonly GraphVersion[] {
  const most = Math.max(...versions.map(({ wanted }) => wanted ?? 0));
  return versions.map((version) => {
    const wanted = version.wanted ?? 0;
    return wanted > 0 && wanted < most ? { ...version, canary: true } : version;
  });
}

function edgeOf(
  id: string,
  legs: readonly Leg[],
  leafOf: (identity: Identity) => string,
  context: { readonly latency: LatencyLookup; readonly windowSeconds: number },
): GraphEdge {
  const [first] = legs;
  if (!first) throw new TypeError(`edge ${id} has no flow`);
  const traffic = sumTraffic(flowsOf(legs), context.latency.edge(id));
  const seen = legs.reduce((sum, { flow }) => sum + flow.secured.all, 0);
  const secured = legs.reduce((sum, { flow }) => sum + flow.secured.mutualTls, 0);
  return {
    id,
    source: leafOf(first.source),
    target: leafOf(first.target),
    traffic,
    mutualTls: seen > 0 ? secured / seen : null,
    health: trafficHealth(traffic, context.windowSeconds),
  };
}

const carries = ({ flow }: Leg) => !isIdle(sumTraffic([flow], NO_LATENCY));

const flowsOf = (legs: readonly Leg[]) => legs.map(({ flow }) => flow);

const isInMesh = (workloads: readonly WorkloadFact[]) =>
  workloads.some(({ pods }) => pods.some(({ inMesh }) => inMesh));
