import { compare, groupBy } from "./collect";
import { severity } from "./health";
import { mergeTraffic } from "./merge-traffic";
import {
  boxNameOf,
  edgeId,
  type GraphEdge,
  type GraphNode,
  type Health,
  type MeshGraph,
  nodeIdOf,
} from "./mesh-graph";

/** The group of all the rest. */
export const MORE = "group:*";

/** The id of the group that the rest of a namespace is folded into. */
export const groupId = (namespace: string): string => `group:${namespace}`;

/** What of a large box that is open stands in a namespace: it is opened by itself. */
export const namespaceIn = (box: string, namespace: string): string => `${box}/${namespace}`;

/** Traffic within a group is not drawn. */
export const isDrawn = (source: string, target: string): boolean =>
  source !== target || !source.startsWith("group:");

/** Where an end of an edge is drawn. */
export function leavesAt(homes: ReadonlyMap<string, string>): (leaf: string) => string {
  return (leaf) => {
    const id = nodeIdOf(leaf);
    const home = homes.get(id);
    return home === undefined || home === id ? leaf : home;
  };
}

/** The graph with each node at its home, and one edge for all that join the same two. */
export function refold(graph: MeshGraph, homes: ReadonlyMap<string, string>): MeshGraph {
  const leafOf = leavesAt(homes);
  const joined = groupBy(
    graph.edges
      .map((edge) => {
        const [source, target] = [leafOf(edge.source), leafOf(edge.target)];
        const same = source === edge.source && target === edge.target;
        return same ? edge : { ...edge, source, target };
      })
      .filter(({ source, target }) => isDrawn(source, target)),
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
  const [first] = members;
  const { namespace = "" } = first ?? {};
  const inner = box !== undefined && id === groupId(namespaceIn(box, namespace));
  const pods = members.flatMap((node) => node.pods ?? []);
  return {
    id,
    kind: "group",
    name: several
      ? `${names.length} more ${byLabel ? "groups" : "namespaces"}`
      : inner
        ? namespace
        : rest
          ? `${members.length} more`
          : (box ?? id),
    ...(several || box === undefined ? {} : { opens: inner ? namespaceIn(box, namespace) : box }),
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
