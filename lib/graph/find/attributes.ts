import type { GraphEdge, GraphNode, Traffic } from "../mesh-graph";

/** What can be asked of: a node, or an edge with its ends. */
export type Subject =
  | { readonly is: "node"; readonly node: GraphNode }
  | {
      readonly is: "edge";
      readonly edge: GraphEdge;
      readonly from: GraphNode | undefined;
      readonly to: GraphNode | undefined;
    };

type Value = string | number | null;

/** One attribute that expressions may ask for. */
export interface Attribute {
  readonly name: string;
  /** What it is, in a few words, for completion. */
  readonly about: string;
  readonly type: "text" | "number";
  /** All values of a subject; undefined where it has no such attribute. `null` was not measured. */
  read(subject: Subject): readonly Value[] | undefined;
}

const trafficOf = (subject: Subject): Traffic =>
  subject.is === "node" ? subject.node.inbound : subject.edge.traffic;
const healthOf = (subject: Subject) =>
  subject.is === "node" ? subject.node.health : subject.edge.health;

const ofNode =
  (read: (node: GraphNode) => readonly Value[]) =>
  (subject: Subject): readonly Value[] | undefined =>
    subject.is === "node" ? read(subject.node) : undefined;

const ofEdge =
  (read: (edge: Extract<Subject, { is: "edge" }>) => readonly Value[]) =>
  (subject: Subject): readonly Value[] | undefined =>
    subject.is === "edge" ? read(subject) : undefined;

const text = (name: string, about: string, read: Attribute["read"]): Attribute => ({
  name,
  about,
  type: "text",
  read,
});
const number = (name: string, about: string, read: (traffic: Traffic) => Value): Attribute => ({
  name,
  about,
  type: "number",
  read: (subject) => [read(trafficOf(subject))],
});

const ends = (node: GraphNode | undefined): readonly Value[] =>
  node ? [node.name, node.id, node.namespace ?? ""] : [];

/** Every attribute, in the order that completion offers them. */
export const ATTRIBUTES: readonly Attribute[] = [
  text(
    "name",
    "name of a service",
    ofNode((node) => [node.name, ...node.services]),
  ),
  text(
    "namespace",
    "namespace of a service",
    ofNode((node) => [node.namespace ?? ""]),
  ),
  text(
    "cluster",
    "cluster of a service",
    ofNode((node) => node.clusters ?? []),
  ),
  text("health", "healthy, degraded, failing, idle, unknown", (s) => [healthOf(s).state]),
  text(
    "kind",
    "service, workload, gateway, external …",
    ofNode((node) => [node.kind]),
  ),
  text(
    "version",
    "version of a service",
    ofNode((n) => n.versions.map(({ version }) => version)),
  ),
  text(
    "workload",
    "workload behind a service",
    ofNode((n) => n.versions.flatMap((v) => v.workloads)),
  ),
  text(
    "badge",
    "what configuration does: fault, retry …",
    ofNode((node) => node.badges),
  ),
  text(
    "from",
    "name or namespace of the caller",
    ofEdge(({ from }) => ends(from)),
  ),
  text(
    "to",
    "name or namespace of the callee",
    ofEdge(({ to }) => ends(to)),
  ),
  text("protocol", "http, grpc, tcp", (subject) => trafficOf(subject).protocols),
  text(
    "code",
    "response code of failed requests",
    ofEdge((s) => trafficOf(s).responses.map((r) => r.code)),
  ),
  text(
    "flag",
    "Envoy's response flag",
    ofEdge((s) => trafficOf(s).responses.map((r) => r.flags)),
  ),
  text(
    "reporter",
    "source, destination, waypoint",
    ofEdge(({ edge }) => edge.reporters),
  ),
  text("is", "node or edge", (subject) => [subject.is]),
  number("rate", "requests per second", (traffic) => traffic.requestsPerSecond),
  number("errors", "error share in percent", (traffic) =>
    traffic.errorRatio === null ? null : traffic.errorRatio * 100,
  ),
  number("avg", "mean latency in ms", (traffic) => traffic.latency.average),
  number("p50", "median latency in ms", (traffic) => traffic.latency.p50),
  number("p95", "95th percentile of latency in ms", (traffic) => traffic.latency.p95),
  number("p99", "99th percentile of latency in ms", (traffic) => traffic.latency.p99),
  number("throughput", "bytes of requests and responses per second", (t) => t.payloadPerSecond),
  number("tcp", "TCP bytes per second", (traffic) =>
    traffic.tcpSentPerSecond === null && traffic.tcpReceivedPerSecond === null
      ? null
      : (traffic.tcpSentPerSecond ?? 0) + (traffic.tcpReceivedPerSecond ?? 0),
  ),
  {
    name: "mtls",
    about: "percent of the traffic that is in mutual TLS",
    type: "number",
    read: ofEdge(({ edge }) => [edge.mutualTls === null ? null : edge.mutualTls * 100]),
  },
  {
    name: "ready",
    about: "percent of the pods that are ready",
    type: "number",
    read: ofNode(({ pods }) => [pods && pods.total > 0 ? (100 * pods.ready) / pods.total : null]),
  },
];

/** Other names that people try. */
const ALIASES: Readonly<Record<string, string>> = { ns: "namespace", state: "health", rps: "rate" };

/** The attribute of a name; undefined when there is none. */
export const attributeOf = (name: string): Attribute | undefined => {
  const wanted = name.toLowerCase();
  return ATTRIBUTES.find((attribute) => attribute.name === (ALIASES[wanted] ?? wanted));
};
