import type { MeshView } from "@/lib/mesh/view";
import { badgesOf } from "./badges";
import { compare, groupBy } from "./collect";
import { mtlsMode, wantedShares } from "./config-facts";
import { draftsOf, type NodeDraft } from "./drafts";
import { edgesOf } from "./edges";
import { NO_TELEMETRY, type Telemetry } from "./flows";
import { clientHealth, readinessHealth, trafficHealth, UNMEASURED, worstOf } from "./health";
import { graphObjects } from "./graph-objects";
import { limitsOf } from "./health-limits";
import type { Identity } from "./identity";
import { sameParts } from "./kept-parts";
import type { LatencyLookup } from "./latency";
import { latencyHealth, type PastLookup } from "./latency-health";
import { configuredLegs, type Leg, versionId } from "./legs";
import { type Judged, type Made, madeOf, madeOfObjects } from "./made-graph";
import { type Measured, measuredOf } from "./measured";
import type {
  Badge,
  GraphNode,
  GraphType,
  GraphVersion,
  Health,
  MeshGraph,
  Traffic,
} from "./mesh-graph";
import type { ErrorLimits } from "./response-limits";
import { isIdle, NO_LATENCY, sumTraffic } from "./traffic";
import { podCount } from "./workload-index";

/** What all parts of one graph are made with. */
interface Context {
  readonly latency: LatencyLookup;
  readonly past: PastLookup;
  readonly windowSeconds: number;
}

/**
 * The graph of the whole mesh: what telemetry saw, on what the cluster says exists.
 *
 * Services in the mesh appear even without traffic, and so do routes of gateways; everything else
 * only with telemetry. Sums are kept: each request that telemetry counts is in exactly one edge.
 * `undefined` telemetry means that nothing could be measured: what exists is drawn, and its health
 * is unknown.
 */
export function buildGraph(
  telemetry: Telemetry | undefined,
  mesh: MeshView,
  options: { readonly windowSeconds: number; readonly type: GraphType },
): MeshGraph {
  const { windowSeconds, type } = options;
  const measured = measuredOf(telemetry ?? NO_TELEMETRY, mesh, type);
  const made = madeOf(measured, `${windowSeconds} ${telemetry !== undefined}`);
  const objects = mesh.derive(graphObjects);
  if (made.objects !== objects) {
    const parts = { ...options, made, objects, known: telemetry !== undefined };
    const { nodes, edges } = partsOf(measured, mesh, parts);
    if (!sameParts(nodes, made.nodes)) made.nodes = nodes;
    if (!sameParts(edges, made.edges)) made.edges = edges;
    made.objects = objects;
  }
  const { nodes, edges } = made;
  const namespaces = new Set(nodes.flatMap(({ namespace }) => namespace ?? []));
  const boxes = [...namespaces]
    .sort(compare)
    .map((namespace) => ({ namespace, mtls: mtlsMode(namespace, mesh) }));
  const { graph } = made;
  if (graph?.nodes === nodes && graph.edges === edges && sameBoxes(graph.boxes, boxes))
    return graph;
  return (made.graph = { type, windowSeconds, nodes, edges, boxes });
}

const sameBoxes = (a: MeshGraph["boxes"], b: MeshGraph["boxes"]): boolean =>
  a.length === b.length &&
  a.every(({ namespace, mtls }, i) => namespace === b[i]?.namespace && mtls === b[i].mtls);

/** The nodes and edges of a graph, those of before where nothing about them changed. */
function partsOf(
  { legs, past, latency: latencyOf }: Measured,
  mesh: MeshView,
  options: {
    readonly windowSeconds: number;
    readonly type: GraphType;
    readonly made: Made;
    /** The state of the objects. */
    readonly objects: object;
    /** There is telemetry, be it empty. */
    readonly known: boolean;
  },
): Pick<MeshGraph, "nodes" | "edges"> {
  const { windowSeconds, type, made, objects, known } = options;
  const { idle, configs } = madeOfObjects<NodeConfig>(objects, `${type} ${windowSeconds} ${known}`);
  const configured = configuredLegs(mesh, type);
  const drafts = draftsOf({ legs, configured }, mesh, type);
  const split = new Set<string>();
  if (type === "versionedApp") {
    for (const [id, draft] of drafts) if (isSplit(draft)) split.add(id);
  }
  const leafOf = ({ id, revision }: Identity) => (split.has(id) ? versionId(id, revision) : id);
  const latency = latencyOf(split, leafOf);
  const context = { latency, past, windowSeconds };

  const limits = new Map<string, readonly ErrorLimits[]>();
  const make = (draft: NodeDraft): Judged => {
    const { identity, services, workloads, inbound, outbound } = draft;
    const { id, kind } = identity;
    const config = configs.take(id, [kind, ...services, "workloads", ...workloads], () =>
      configOf(draft, mesh),
    );
    const { badges, wanted, limits: own } = config;
    const from = [
      ...[latency, kind, badges.join(), wanted && [...wanted].join(";")],
      ...[...own, "workloads", ...workloads, "inbound", ...inbound, "outbound", ...outbound],
    ];
    const node = made.keptNodes.take(id, from, () => {
      const measuredNode = nodeOf(draft, config, context);
      return known ? measuredNode : unmeasured(measuredNode);
    });
    return { node, limits: own };
  };
  const nodes = [...drafts.values()].map((draft) => {
    const { id } = draft.identity;
    const quiet = isQuiet(draft, latency);
    const judged = (quiet ? idle.get(id) : undefined) ?? make(draft);
    if (quiet) idle.set(id, judged);
    limits.set(id, judged.limits);
    return judged.node;
  });
  return {
    nodes: nodes.sort((a, b) => compare(a.id, b.id)),
    edges: edgesOf({ legs, configured }, leafOf, {
      ...context,
      limitsOf: (id) => limits.get(id),
      measured: known,
      kept: made.keptEdges,
    }),
  };
}

function isQuiet({ identity: { id }, inbound, outbound }: NodeDraft, latency: LatencyLookup) {
  if (inbound.length + outbound.length > 0) return false;
  const { p50, p95, p99 } = latency.node(id);
  return p50 === null && p95 === null && p99 === null;
}

/** What configuration says of a node. */
interface NodeConfig {
  readonly badges: readonly Badge[];
  readonly wanted: ReadonlyMap<string, number> | undefined;
  readonly limits: readonly ErrorLimits[];
}

function configOf({ identity, services, workloads }: NodeDraft, mesh: MeshView): NodeConfig {
  const named = { ...identity, services };
  return {
    badges: badgesOf(named, { mesh, workloads }),
    wanted: wantedShares(named, mesh),
    limits: limitsOf(named, workloads, mesh),
  };
}

/** Whether the versions of a node are worth drawing singly. */
const isSplit = ({ identity, revisions }: NodeDraft) =>
  identity.kind === "service" && revisions.length > 1;

function nodeOf(
  draft: NodeDraft,
  { limits, badges, wanted }: NodeConfig,
  context: Context,
): GraphNode {
  const { identity, workloads, inbound, outbound, revisions, services } = draft;
  const { latency, past, windowSeconds } = context;
  // Nobody in the mesh calls an ingress gateway, so what it sends on is what it was asked for.
  const counted = identity.kind === "gateway" && inbound.length === 0 ? outbound : inbound;
  const traffic = sumTraffic(flowsOf(counted), latency.node(identity.id));
  const pods = workloads.length > 0 ? podCount(workloads) : null;
  const all = traffic.requestsPerSecond;
  const perVersion = groupBy(inbound, ({ target }) => target.revision);
  const versions = markCanary(
    revisions.map((revision) => {
      const part = { revision, wanted, all, limits, legs: perVersion.get(revision) ?? [] };
      return versionOf(draft, part, context);
    }),
  );
  return {
    ...identity,
    ...clustersOf({ inbound, outbound }),
    services,
    inbound: traffic,
    versions,
    pods,
    badges: versions.some(({ canary }) => canary) ? ["canary", ...badges] : badges,
    health: worstOf([
      healthOf(traffic, draft, { windowSeconds, limits }),
      readinessHealth(pods),
      latencyHealth(traffic, past(identity.id), { windowSeconds, limits }),
    ]),
  };
}

function versionOf(
  { identity, workloads, outbound }: NodeDraft,
  part: {
    readonly revision: string | null;
    readonly wanted: ReadonlyMap<string, number> | undefined;
    /** Requests per second to all versions. */
    readonly all: number | null;
    readonly legs: readonly Leg[];
    readonly limits: readonly ErrorLimits[];
  },
  { latency, past, windowSeconds }: Context,
): GraphVersion {
  const { revision, wanted, all, legs, limits } = part;
  const id = versionId(identity.id, revision);
  const traffic = sumTraffic(flowsOf(legs), latency.version(id));
  const members = workloads.filter((workload) => workload.revision === revision);
  const names = [
    ...members.map(({ name }) => name),
    ...legs.flatMap((l) => l.target.workload ?? []),
  ];
  const pods = members.length > 0 ? podCount(members) : null;
  const splits = wanted !== undefined && revision !== null;
  return {
    id,
    version: revision,
    workloads: [...new Set(names)].sort(compare),
    inbound: traffic,
    share: all ? (traffic.requestsPerSecond ?? 0) / all : null,
    ...(splits ? { wanted: wanted.get(revision) ?? 0 } : {}),
    canary: false,
    pods,
    health: worstOf([
      healthOf(
        traffic,
        { inbound: legs, outbound: outbound.filter(({ source }) => source.revision === revision) },
        { windowSeconds, limits },
      ),
      readinessHealth(pods),
      latencyHealth(traffic, past(id), { windowSeconds, limits }),
    ]),
  };
}

/** Where the workloads of a node run: what telemetry says of its end of each flow. */
function clustersOf({ inbound, outbound }: Pick<NodeDraft, "inbound" | "outbound">) {
  const named = new Set([
    ...inbound.map(({ flow }) => flow.target.cluster),
    ...outbound.map(({ flow }) => flow.source.cluster),
  ]);
  named.delete("");
  return named.size === 0 ? {} : { clusters: [...named].sort(compare) };
}

/** What is called is judged by that; what only calls others, by what it is. */
const healthOf = (
  traffic: Traffic,
  { inbound, outbound }: Pick<NodeDraft, "inbound" | "outbound">,
  { windowSeconds, limits }: { windowSeconds: number; limits: readonly ErrorLimits[] },
): Health =>
  inbound.length === 0 && outbound.some(carries)
    ? clientHealth(traffic, windowSeconds, limits)
    : trafficHealth(traffic, windowSeconds, limits);

/** A version with some weight, but less than another one has, is being tried out. */
function markCanary(versions: readonly GraphVersion[]): readonly GraphVersion[] {
  const most = Math.max(...versions.map(({ wanted }) => wanted ?? 0));
  return versions.map((version) => {
    const wanted = version.wanted ?? 0;
    return wanted > 0 && wanted < most ? { ...version, canary: true } : version;
  });
}

/** What is idle by lack of telemetry is in truth unknown; pods are known without it. */
function unmeasured(node: GraphNode): GraphNode {
  const know = <T extends { readonly health: Health }>(part: T): T =>
    part.health.rule === "readiness" ? part : { ...part, health: UNMEASURED };
  return { ...know(node), versions: node.versions.map(know) };
}

const carries = ({ flow }: Leg) => !isIdle(sumTraffic([flow], NO_LATENCY));

const flowsOf = (legs: readonly Leg[]) => legs.map(({ flow }) => flow);
