import { compare, groupBy } from "./collect";
import { mergeTraffic } from "./merge-traffic";
import { severity } from "./health";
import {
  boxNameOf,
  edgeId,
  type GraphEdge,
  type GraphNode,
  type Health,
  type MeshGraph,
  nodeIdOf,
} from "./mesh-graph";
import { errorsPerSecond } from "./traffic";

/** What may be drawn singly, and what must. */
export interface FoldOptions {
  /** Boxes, which are namespaces unless a label makes them, that were opened by hand. */
  readonly opened: ReadonlySet<string>;
  /** Boxes that were closed by hand. */
  readonly closed: ReadonlySet<string>;
  /** Nodes that are drawn whatever the budget is, such as what is selected. */
  readonly kept: ReadonlySet<string>;
}

/** What a folded graph left out, for the line that says so. */
export interface Folded {
  /** Services that stand in groups. */
  readonly services: number;
  readonly groups: number;
}

/**
 * People find their way among about sixty plates; a picture of more than 300 elements is none.
 * Source: Yoghourdjian et al. 2020 (paths in node-link diagrams fail above 50 to 100 nodes).
 */
const BUDGET = { plates: 60, elements: 300 };
/** The worst of what fails stays in sight, whatever is folded around it. */
const WORST = 8;
/** How many namespaces are drawn singly, tried from the first on until the budget holds. */
const NAMESPACES = [60, 40, 28, 20, 14, 10, 6];

/** The id of the group that the rest of a namespace is folded into. */
const groupId = (namespace: string): string => `group:${namespace}`;

const MORE = "group:*";

/**
 * Folds services into groups, a namespace each, until the picture can be read: first all
 * namespaces that nobody opened, then those without traffic and the quietest into one group. The
 * worst services and those asked for stay; all sums are kept, save for traffic within a group. A
 * small graph stays as it is.
 */
export function foldGraph(
  graph: MeshGraph,
  options: FoldOptions,
): { readonly graph: MeshGraph; readonly folded: Folded } {
  const closed = options.closed.size > 0;
  if (!closed && fits(graph)) return { graph, folded: { services: 0, groups: 0 } };
  const keep = new Set([...options.kept].map(nodeIdOf));
  for (const { id } of worstOf(graph)) keep.add(id);
  const byBox = groupBy(graph.nodes, (node) => boxNameOf(node) ?? "");
  const small = closed && fits(graph);
  const stays = (node: GraphNode): boolean => {
    const box = boxNameOf(node);
    if (box === undefined || keep.has(node.id) || options.opened.has(box)) return true;
    if (options.closed.has(box)) return false;
    return small || (byBox.get(box)?.length ?? 0) < 2;
  };
  const homes = new Map(
    graph.nodes.map((node) => [node.id, stays(node) ? node.id : groupId(boxNameOf(node) ?? "")]),
  );
  const once = refold(graph, homes);
  if (fits(once) || options.opened.size > 0 || small) return withCount(once, homes, graph);

  // What may go into the group of all the rest: whole namespaces, of one service or many.
  const movable = once.nodes.filter(
    (node) => boxNameOf(node) !== undefined && node.kind !== "gateway" && !keep.has(node.id),
  );
  const order = busiestFirst(movable, once);
  const busy = busyIds(once);
  const first = order.filter((id) => busy.has(id));
  for (const shownSingly of [first, ...NAMESPACES.map((most) => order.slice(0, most))]) {
    const shown = new Set(shownSingly);
    const rest = new Set(order.filter((id) => !shown.has(id)));
    const fewer = new Map([...homes].map(([id, home]) => [id, rest.has(home) ? MORE : home]));
    const result = refold(graph, fewer);
    const least = shownSingly.length <= (NAMESPACES.at(-1) ?? 0);
    if (fits(result) || least) return withCount(result, fewer, graph);
  }
  return withCount(once, homes, graph);
}

/** Those that take part in a call, or are not idle. */
function busyIds({ nodes, edges }: MeshGraph): ReadonlySet<string> {
  const idle = (state: Health["state"]) => state === "idle" || state === "unknown";
  return new Set([
    ...edges.flatMap(({ source, target }) => [nodeIdOf(source), nodeIdOf(target)]),
    ...nodes.filter(({ health }) => !idle(health.state)).map(({ id }) => id),
  ]);
}

function fits({ nodes, edges, type }: MeshGraph): boolean {
  const plates = nodes.reduce(
    (sum, { versions, kind }) =>
      sum +
      (type === "versionedApp" && kind === "service" && versions.length > 1
        ? versions.length + 1
        : 1),
    0,
  );
  return plates <= BUDGET.plates && plates + edges.length <= BUDGET.elements;
}

const worstOf = ({ nodes }: MeshGraph): readonly GraphNode[] =>
  nodes
    .filter(({ health }) => health.state === "failing")
    .sort(
      (a, b) =>
        (errorsPerSecond(b.inbound) ?? 0) - (errorsPerSecond(a.inbound) ?? 0) ||
        compare(a.id, b.id),
    )
    .slice(0, WORST);

/** In the order in which they matter: what fails, then what is asked for, or asks, most. */
function busiestFirst(nodes: readonly GraphNode[], { edges }: MeshGraph): readonly string[] {
  const asked = new Map<string, number>();
  for (const { source, target, traffic } of edges) {
    for (const id of [nodeIdOf(source), nodeIdOf(target)]) {
      asked.set(id, (asked.get(id) ?? 0) + (traffic.requestsPerSecond ?? 0));
    }
  }
  return [...nodes]
    .sort(
      (a, b) =>
        severity(b.health.state) - severity(a.health.state) ||
        (asked.get(b.id) ?? 0) - (asked.get(a.id) ?? 0) ||
        compare(a.id, b.id),
    )
    .map(({ id }) => id);
}

function withCount(result: MeshGraph, homes: ReadonlyMap<string, string>, graph: MeshGraph) {
  const services = graph.nodes.filter(({ id }) => homes.get(id) !== id).length;
  const groups = result.nodes.filter(({ kind }) => kind === "group").length;
  return { graph: result, folded: { services, groups } };
}

/** The graph with each node at its home, and one edge for all that join the same two. */
function refold(graph: MeshGraph, homes: ReadonlyMap<string, string>): MeshGraph {
  const leafOf = (leaf: string): string => {
    const home = homes.get(nodeIdOf(leaf));
    return home === undefined || home === nodeIdOf(leaf) ? leaf : home;
  };
  const joined = groupBy(
    graph.edges
      .map((edge) => ({ ...edge, source: leafOf(edge.source), target: leafOf(edge.target) }))
      .filter(({ source, target }) => source !== target || !source.startsWith("group:")),
    ({ source, target }) => edgeId(source, target),
  );
  const edges = [...joined].map(([id, members]) => joinEdges(id, members));
  const into = groupBy(edges, ({ target }) => target);
  const groups = groupBy(
    graph.nodes.filter(({ id }) => homes.get(id) !== id),
    ({ id }) => homes.get(id) ?? "",
  );
  const stayed = graph.nodes.filter(({ id }) => homes.get(id) === id);
  const withKept = new Set(stayed.flatMap((node) => boxNameOf(node) ?? []));
  const nodes = [
    ...stayed,
    ...[...groups].map(([id, members]) => groupNode(id, members, into.get(id) ?? [], withKept)),
  ].sort((a, b) => compare(a.id, b.id));
  const drawn = new Set(nodes.flatMap(({ namespace }) => namespace ?? []));
  return {
    ...graph,
    nodes,
    edges: edges.sort((a, b) => compare(a.id, b.id)),
    boxes: graph.boxes.filter(({ namespace }) => drawn.has(namespace)),
  };
}

function joinEdges(id: string, members: readonly GraphEdge[]): GraphEdge {
  const [first, ...others] = members;
  if (!first) throw new TypeError(`edge ${id} joins nothing`);
  if (others.length === 0) return { ...first, id };
  const known = members.filter(({ mutualTls }) => mutualTls !== null);
  const weight = ({ traffic }: GraphEdge) =>
    (traffic.requestsPerSecond ?? 0) + (traffic.tcpSentPerSecond ?? 0);
  const all = known.reduce((sum, edge) => sum + weight(edge), 0);
  const secured = known.reduce((sum, edge) => sum + weight(edge) * (edge.mutualTls ?? 0), 0);
  return {
    ...first,
    id,
    traffic: mergeTraffic(members.map(({ traffic }) => traffic)),
    mutualTls: all > 0 ? secured / all : null,
    reporters: [...new Set(members.flatMap(({ reporters }) => reporters))].sort(compare),
    configured: members.some(({ configured }) => configured),
    health: worstHealth(members, "edges"),
  };
}

function groupNode(
  id: string,
  members: readonly GraphNode[],
  inbound: readonly GraphEdge[],
  withKept: ReadonlySet<string>,
): GraphNode {
  const names = [...new Set(members.flatMap((node) => boxNameOf(node) ?? []))];
  const [box] = names;
  const byLabel = members.some(({ group }) => group !== undefined);
  const several = id === MORE;
  const rest = box !== undefined && withKept.has(box);
  const pods = members.flatMap((node) => node.pods ?? []);
  return {
    id,
    kind: "group",
    name: several
      ? `${names.length} more ${byLabel ? "groups" : "namespaces"}`
      : rest
        ? `${members.length} more`
        : (box ?? id),
    ...(several || box === undefined ? {} : byLabel ? { group: box } : { namespace: box }),
    services: [],
    inbound: mergeTraffic(inbound.map(({ traffic }) => traffic)),
    versions: [],
    pods:
      pods.length === 0
        ? null
        : {
            ready: pods.reduce((sum, { ready }) => sum + ready, 0),
            total: pods.reduce((sum, { total }) => sum + total, 0),
          },
    badges: [],
    health: worstHealth(members, "services"),
    members: members.length,
  };
}

/** The worst state of several, and how many of them are in it. */
function worstHealth(
  members: readonly { readonly health: Health; readonly name?: string }[],
  what: string,
): Health {
  const states = members.map(({ health }) => health.state);
  const worst = states.reduce((a, b) => (severity(b) > severity(a) ? b : a), states[0] ?? "idle");
  const those = members.filter(({ health }) => health.state === worst);
  const [first] = those;
  const names = those.flatMap(({ name }) => name ?? []).slice(0, 3);
  const named = names.length > 0 && names.length <= those.length ? `: ${names.join(", ")}` : "";
  const more = those.length > names.length && names.length > 0 ? " and others" : "";
  return {
    state: worst,
    rule: first?.health.rule ?? "traffic",
    text:
      worst === "failing" || worst === "degraded"
        ? `${those.length} of ${members.length} ${what} are ${worst}${named}${more}`
        : `${those.length} of ${members.length} ${what} are ${worst}`,
  };
}
