import {
  type GraphEdge,
  type GraphNode,
  type GraphType,
  type GraphVersion,
  type Health,
  type Latency,
  type MeshGraph,
  nodeIdOf,
  type Pods,
  type Protocol,
  type Reporter,
  type ResponseShare,
  type Traffic,
} from "./mesh-graph";
import { graphQueries, type GraphQueries } from "./queries";
import { errorsPerSecond } from "./traffic";
import { verdictsJson } from "./verdict-proof";

/** Figures of a node or an edge. All rates are per second; `null` was not measured. */
export interface TrafficJson {
  readonly protocols: readonly Protocol[];
  readonly requestsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  /** In [0, 1]. */
  readonly errorRatio: number | null;
  readonly responses: readonly ResponseShare[];
  /** Milliseconds. */
  readonly latency: Latency;
  readonly payloadBytesPerSecond: number | null;
  readonly tcpSentBytesPerSecond: number | null;
  readonly tcpReceivedBytesPerSecond: number | null;
}

/** A node of the JSON form: an app, a version of one, a workload, a service, or beyond the mesh. */
export interface NodeJson {
  readonly id: string;
  /** The app that a version belongs to; that app is a node too. */
  readonly parent?: string;
  readonly kind: GraphNode["kind"] | "version";
  readonly name: string;
  readonly namespace?: string;
  /** Ids of the clusters that it runs in, as telemetry names them. */
  readonly clusters?: readonly string[];
  /** The canonical revision; `null` gathers requests that reached no workload. */
  readonly version?: string | null;
  readonly workloads: readonly string[];
  readonly services: readonly string[];
  /** What callers sent here; of a gateway that nobody in the mesh calls, what it sent on. */
  readonly traffic: TrafficJson;
  /** The part of its app's requests in [0, 1], measured, and as a VirtualService wants it. */
  readonly share?: number | null;
  readonly wantedShare?: number;
  readonly canary?: boolean;
  readonly pods: Pods | null;
  readonly badges: GraphNode["badges"];
  readonly health: Health;
}

/** An edge of the JSON form; its ends are ids of nodes. */
export interface EdgeJson extends TrafficJson {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** The part that came in mutual TLS, in [0, 1]; `null` where no destination reports it. */
  readonly mutualTls: number | null;
  readonly reporters: readonly Reporter[];
  /** Telemetry has it. */
  readonly observed: boolean;
  /** A route of a gateway implies it. */
  readonly configured: boolean;
  readonly health: Health;
}

/** Which query a number comes from. */
const NUMBERS = {
  requestsPerSecond: ["requests"],
  errorsPerSecond: ["requests"],
  errorRatio: ["requests"],
  responses: ["requests"],
  share: ["requests"],
  mutualTls: ["requests", "tcp"],
  "latency.average": ["durations", "requests"],
  "latency.p50": ["p50"],
  "latency.p95": ["p95"],
  "latency.p99": ["p99"],
  "health.latency": ["durations", "requests", "past"],
  payloadBytesPerSecond: ["payload"],
  tcpSentBytesPerSecond: ["tcp"],
  tcpReceivedBytesPerSecond: ["tcp"],
} as const satisfies Record<string, readonly (keyof GraphQueries)[]>;

/** The graph as the command line and `GET /api/v1/graph` answer it. */
export interface GraphJson {
  readonly type: GraphType;
  /** The instant of the queries, RFC 3339; `null` where Prometheus never answered. */
  readonly at: string | null;
  readonly windowSeconds: number;
  readonly namespaces: readonly string[];
  readonly telemetry: TelemetryJson;
  /** The PromQL of this graph by name. */
  readonly queries: GraphQueries;
  /** By name of a number: the queries that it was read from. */
  readonly numbers: typeof NUMBERS;
  /** By rule of a verdict: the rule, and the queries that it rests on, or the command that tells the same. */
  readonly verdicts: ReturnType<typeof verdictsJson>;
  readonly nodes: readonly NodeJson[];
  readonly edges: readonly EdgeJson[];
  readonly boxes: MeshGraph["boxes"];
  /** Kinds of objects that could not be read, in sentences: what rests on them is left out. */
  readonly problems: readonly string[];
}

/** How the telemetry of a graph is doing. */
export interface TelemetryJson {
  readonly state: "live" | "stale" | "down" | "off";
  readonly message: string | null;
  /** Parts that are missing, in sentences. */
  readonly missing: readonly string[];
}

/** Puts a graph into its JSON form. `at` is RFC 3339. */
export function graphJson(
  graph: MeshGraph,
  about: Pick<GraphJson, "at" | "namespaces" | "telemetry" | "problems">,
): GraphJson {
  const { type, windowSeconds, boxes } = graph;
  const { at, namespaces, telemetry, problems } = about;
  return {
    type,
    at,
    windowSeconds,
    namespaces,
    telemetry,
    queries: graphQueries(windowSeconds),
    numbers: NUMBERS,
    verdicts: verdictsJson(),
    nodes: nodesJson(graph),
    edges: graph.edges.map(edgeJson),
    boxes,
    problems,
  };
}

/** The nodes of a graph, each followed by those of its versions that edges end at. */
function nodesJson(graph: Pick<MeshGraph, "nodes" | "edges">): readonly NodeJson[] {
  const split = new Set(
    graph.edges
      .flatMap(({ source, target }) => [source, target])
      .filter((id) => nodeIdOf(id) !== id)
      .map(nodeIdOf),
  );
  return graph.nodes.flatMap((node) => [
    nodeJson(node),
    ...(split.has(node.id) ? node.versions.map((version) => versionJson(node, version)) : []),
  ]);
}

function nodeJson(node: GraphNode): NodeJson {
  const { id, kind, name, namespace, clusters, services, versions, inbound, pods } = node;
  const [only, ...others] = versions;
  return {
    id,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(clusters === undefined ? {} : { clusters }),
    ...(only && others.length === 0 ? { version: only.version } : {}),
    workloads: [...new Set(versions.flatMap(({ workloads }) => workloads))],
    services,
    traffic: trafficJson(inbound),
    pods,
    badges: node.badges,
    health: node.health,
  };
}

function versionJson(node: GraphNode, part: GraphVersion): NodeJson {
  const { id, version, workloads, inbound, share, wanted, canary, pods, health } = part;
  return {
    id,
    parent: node.id,
    kind: "version",
    name: node.name,
    ...(node.namespace === undefined ? {} : { namespace: node.namespace }),
    version,
    workloads,
    services: node.services,
    traffic: trafficJson(inbound),
    share,
    ...(wanted === undefined ? {} : { wantedShare: wanted }),
    canary,
    pods,
    badges: [],
    health,
  };
}

function edgeJson(edge: GraphEdge): EdgeJson {
  const { id, source, target, traffic, mutualTls, reporters, configured, health } = edge;
  return {
    id,
    source,
    target,
    ...trafficJson(traffic),
    mutualTls,
    reporters,
    observed: reporters.length > 0,
    configured,
    health,
  };
}

function trafficJson(traffic: Traffic): TrafficJson {
  const { protocols, requestsPerSecond, errorRatio, responses, latency } = traffic;
  return {
    protocols,
    requestsPerSecond,
    errorsPerSecond: errorsPerSecond(traffic),
    errorRatio,
    responses,
    latency,
    payloadBytesPerSecond: traffic.payloadPerSecond,
    tcpSentBytesPerSecond: traffic.tcpSentPerSecond,
    tcpReceivedBytesPerSecond: traffic.tcpReceivedPerSecond,
  };
}
