import { severity } from "./health";
import {
  type GraphEdge,
  type GraphNode,
  type Health,
  type MeshGraph,
  nodeIdOf,
  type Traffic,
} from "./mesh-graph";

/** What rows of both tables can be ordered by. */
const FIGURES = ["health", "rate", "errors", "p50", "p95", "p99", "tcp"] as const;

/** What the table of services can be ordered by. */
export const SERVICE_ORDERS = ["name", "namespace", "share", ...FIGURES] as const;
/** What the table of calls can be ordered by. */
export const CALL_ORDERS = ["edge", "mtls", ...FIGURES] as const;

type ServiceOrder = (typeof SERVICE_ORDERS)[number];
type CallOrder = (typeof CALL_ORDERS)[number];

/** Which rows of a table are asked for. */
interface PageQuestion<Order> {
  readonly by: Order;
  readonly descending: boolean;
  /** Counted from 0; one that is not there is the last one. */
  readonly page: number;
}

/** Which rows of both tables are asked for. */
export interface TableQuestion {
  readonly services: PageQuestion<ServiceOrder>;
  readonly calls: PageQuestion<CallOrder>;
  /** What is selected: it is a part of the answer, with its calls, on whatever page it stands. */
  readonly selected?: string | undefined;
}

/** A page of one table. */
export interface TablePage {
  /** Ids of its rows, in order. */
  readonly ids: readonly string[];
  /** Rows of all pages. */
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** A page of each table. */
export interface TableRows {
  readonly services: TablePage;
  readonly calls: TablePage;
  /** All calls of what is selected; the answer holds the worst and busiest 200 of them. */
  readonly selectedCalls: number;
}

/** Rows of a page: what one looks through, and few enough to be sent each time something changes. */
const PAGE_ROWS = 200;
/** Calls of what is selected; a service that half the mesh calls has thousands. */
const MOST_CALLS = 200;

/** A row of the table of services: a service, or one of its versions where it has several. */
export interface ServiceRow {
  /** The id of the node or version. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  /** Its part of the requests to its service in [0, 1]; `null` of services, and without requests. */
  readonly share: number | null;
  readonly traffic: Traffic;
  readonly health: Health;
}

/** The rows that a graph has in the table of services, each service before its versions. */
export const serviceRows = (graph: Pick<MeshGraph, "nodes" | "type">): readonly ServiceRow[] =>
  graph.nodes.flatMap((node) => rowsOf(node, graph.type));

function rowsOf(node: GraphNode, type: MeshGraph["type"]): readonly ServiceRow[] {
  const { id, name, health, inbound, versions, namespace = "outside the mesh" } = node;
  const own = { id, name, namespace, share: null, traffic: inbound, health };
  if (type !== "versionedApp" || versions.length < 2) return [own];
  return [
    own,
    ...versions.map((version) => ({
      id: version.id,
      name: `${name} ${version.version ?? "(no pod reached)"}`,
      namespace,
      share: version.share,
      traffic: version.inbound,
      health: version.health,
    })),
  ];
}

/**
 * The part of a graph that one page of each table shows: its rows, those at the ends of its calls,
 * and what is selected with its calls.
 */
export function tableGraph(
  graph: MeshGraph,
  question: TableQuestion,
): { readonly graph: MeshGraph; readonly rows: TableRows } {
  const services = pageOf(serviceRows(graph), question.services, serviceValue);
  const calls = pageOf(graph.edges, question.calls, callValue);
  const ofSelected = callsOf(graph, question.selected);
  const edges = new Set([...calls.ids, ...ofSelected.slice(0, MOST_CALLS)]);
  const shownEdges = graph.edges.filter(({ id }) => edges.has(id));
  const nodes = new Set([
    ...services.ids.map(nodeIdOf),
    ...shownEdges.flatMap(({ source, target }) => [nodeIdOf(source), nodeIdOf(target)]),
    ...(question.selected === undefined ? [] : [nodeIdOf(question.selected)]),
  ]);
  const shownNodes = graph.nodes.filter(({ id }) => nodes.has(id));
  const namespaces = new Set(shownNodes.map(({ namespace }) => namespace));
  return {
    graph: {
      ...graph,
      nodes: shownNodes,
      edges: shownEdges,
      boxes: graph.boxes.filter(({ namespace }) => namespaces.has(namespace)),
    },
    rows: { services, calls, selectedCalls: ofSelected.length },
  };
}

/** The call that is selected, or the calls of the node that is, worst and busiest first. */
function callsOf({ edges }: MeshGraph, selected: string | undefined): readonly string[] {
  if (selected === undefined) return [];
  const is = (leaf: string) => leaf === selected || nodeIdOf(leaf) === selected;
  return edges
    .filter(({ id, source, target }) => id === selected || is(source) || is(target))
    .sort((a, b) => compareRows({ by: "rate", descending: true }, callValue, a, b))
    .sort((a, b) => severity(b.health.state) - severity(a.health.state))
    .map(({ id }) => id);
}

type Value = string | number | null;
type ReadValue<Row, Order> = (row: Row, by: Order) => Value;

function pageOf<Row extends { readonly id: string }, Order>(
  rows: readonly Row[],
  question: PageQuestion<Order>,
  value: ReadValue<Row, Order>,
): TablePage {
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(question.page, pages - 1);
  const first = page * PAGE_ROWS;
  const ids = [...rows]
    .sort((a, b) => compareRows(question, value, a, b))
    .slice(first, first + PAGE_ROWS)
    .map(({ id }) => id);
  return { ids, total: rows.length, page, pages };
}

/** Rows without a value come last either way; equal ones stay in their order. */
function compareRows<Row, Order>(
  { by, descending }: Pick<PageQuestion<Order>, "by" | "descending">,
  value: ReadValue<Row, Order>,
  ...[a, b]: [Row, Row]
): number {
  const [x, y] = [value(a, by), value(b, by)];
  if (x === y) return 0;
  if (x === null) return 1;
  if (y === null) return -1;
  const order =
    typeof x === "number" && typeof y === "number" ? x - y : names.compare(String(x), String(y));
  return descending ? -order : order;
}

/** As people count: `v2` comes before `v10`. */
const names = new Intl.Collator("en", { numeric: true });

function serviceValue(row: ServiceRow, by: ServiceOrder): Value {
  switch (by) {
    case "name":
    case "namespace":
    case "share":
      return row[by];
    default:
      return figure(row, by);
  }
}

function callValue(edge: GraphEdge, by: CallOrder): Value {
  switch (by) {
    case "edge":
      return edge.id;
    case "mtls":
      return edge.mutualTls;
    default:
      return figure(edge, by);
  }
}

function figure(
  { traffic, health }: { readonly traffic: Traffic; readonly health: Health },
  by: (typeof FIGURES)[number],
): Value {
  switch (by) {
    case "health":
      return severity(health.state);
    case "rate":
      return traffic.requestsPerSecond;
    case "errors":
      return traffic.errorRatio;
    case "tcp":
      return tcpBytes(traffic);
    default:
      return traffic.latency[by];
  }
}

/** TCP bytes both ways per second; `null` where it is no TCP. */
export const tcpBytes = ({
  tcpSentPerSecond: sent,
  tcpReceivedPerSecond: received,
}: Traffic): number | null =>
  sent === null && received === null ? null : (sent ?? 0) + (received ?? 0);
