import type { MeshView } from "@/lib/mesh/view";
import { compare, compareNatural, groupBy } from "./collect";
import { badgesOf, mtlsMode, wantedShares } from "./config-facts";
import type { Telemetry } from "./flows";
import { clientHealth, readinessHealth, trafficHealth, UNMEASURED, worse } from "./health";
import { type Identity, isGateway } from "./identity";
import { type LatencyLookup, latencyLookup } from "./latency";
import { type Leg, legsOf, versionId } from "./legs";
import {
  edgeId,
  type GraphEdge,
  type GraphLevel,
  type GraphNode,
  type GraphVersion,
  type Health,
  type MeshGraph,
} from "./mesh-graph";
import { isIdle, NO_LATENCY, sumTraffic } from "./traffic";
import { podCount, primaryService, type WorkloadFact, workloadIndex } from "./workload-index";

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
 * kept: each request that telemetry counts is in exactly one edge. `undefined` telemetry means that
 * nothing could be measured: what exists is drawn, and its health is unknown.
 */
export function buildGraph(
  telemetry: Telemetry | undefined,
  mesh: MeshView,
  options: { readonly windowSeconds: number; readonly level: GraphLevel },
): MeshGraph {
  const { windowSeconds, level } = options;
  const legs = legsOf(telemetry ?? NO_TELEMETRY, mesh);
  const drafts = draftsOf(legs, mesh);
  const split = new Set<string>();
  if (level === "versions") {
    for (const [id, draft] of drafts) if (isSplit(draft)) split.add(id);
  }
  const leafOf = ({ id, revision }: Identity) => (split.has(id) ? versionId(id, revision) : id);
  const latency = latencyLookup(telemetry ?? NO_TELEMETRY, mesh, level, leafOf);

  const nodes = [...drafts.values()].map((draft) => {
    const node = nodeOf(draft, mesh, latency, windowSeconds);
    return telemetry ? node : unmeasured(node);
  });
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

/** What is idle by lack of telemetry is in truth unknown; pods are known without it. */
function unmeasured(node: GraphNode): GraphNode {
  const know = <T extends { readonly health: Health }>(part: T): T =>
    part.health.rule === "readiness" ? part : { ...part, health: UNMEASURED };
  return { ...know(node), versions: node.versions.map(know) };
}

const carries = ({ flow }: Leg) => !isIdle(sumTraffic([flow], NO_LATENCY));

const NO_TELEMETRY: Telemetry = {
  requests: [],
  tcpSent: [],
  tcpReceived: [],
  p50: [],
  p95: [],
  p99: [],
};

const flowsOf = (legs: readonly Leg[]) => legs.map(({ flow }) => flow);

const isInMesh = (workloads: readonly WorkloadFact[]) =>
  workloads.some(({ pods }) => pods.some(({ inMesh }) => inMesh));
