import { compare, groupBy } from "./collect";
import { EVERY_BOX } from "./every-box";
import { severity } from "./health";
import {
  boxNameOf,
  edgeId,
  type GraphNode,
  type Health,
  type MeshGraph,
  nodeIdOf,
} from "./mesh-graph";
import { groupId, isDrawn, leavesAt, MORE, namespaceIn, refold } from "./refold";
import { errorsPerSecond } from "./traffic";

/** What may be drawn singly, and what must. */
export interface FoldOptions {
  /** Boxes, which are namespaces unless a label makes them, that were opened by hand. */
  readonly opened: ReadonlySet<string>;
  /** Boxes that were closed by hand; `EVERY_BOX` is all that were not opened. */
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
 * How a graph was folded. Whoever hands it in the next time gets the same picture again while that is a
 * little over its budget, so that traffic which comes and goes does not fold and unfold it.
 */
export interface FoldMemory {
  /** Nothing was folded, every box by itself, or the quiet ones together at a step of `NAMESPACES`. */
  readonly step: "whole" | "boxes" | number;
  /** What stood by itself beside the group of all the rest. */
  readonly shown: ReadonlySet<string>;
}

/** So much over its budget a picture may be that was drawn the last time. */
const SLACK = 1.15;
/** What stood by itself counts as so much busier than it is. */
const STAYS = 1.5;

/**
 * People find their way among about sixty plates; a picture of more than 300 elements is none.
 * Source: Yoghourdjian et al. 2020 (paths in node-link diagrams fail above 50 to 100 nodes).
 */
const BUDGET = { plates: 60, elements: 300 };
/** The worst of what fails stays in sight, whatever is folded around it. */
const WORST = 8;
/** How many namespaces are drawn singly, tried from the first on until the budget holds. */
const NAMESPACES = [60, 40, 28, 20, 14, 10, 6];

/**
 * Folds services into groups, a namespace each, until the picture can be read: first all
 * namespaces that nobody opened, then those without traffic and the quietest into one group. The
 * worst services and those asked for stay; all sums are kept, save for traffic within a group. A
 * small graph stays as it is.
 */
export function foldGraph(
  graph: MeshGraph,
  options: FoldOptions,
  before?: FoldMemory,
): {
  readonly graph: MeshGraph;
  readonly folded: Folded;
  readonly memory: FoldMemory | undefined;
} {
  const slack = (step: FoldMemory["step"]) => (before?.step === step ? SLACK : 1);
  const closed = options.closed.size > 0;
  if (!closed && fits(graph, slack("whole"))) {
    return { graph, folded: { services: 0, groups: 0 }, memory: { step: "whole", shown: NOBODY } };
  }
  const keep = new Set([...options.kept].map(nodeIdOf));
  for (const { id } of worstOf(graph)) keep.add(id);
  const byBox = groupBy(graph.nodes, (node) => boxNameOf(node) ?? "");
  const small = closed && fits(graph, slack("whole"));
  const innerOf = innerGroups(byBox, options.opened);
  const stays = (node: GraphNode): boolean => {
    const box = boxNameOf(node);
    if (box === undefined || keep.has(node.id)) return true;
    if (options.opened.has(box)) return innerOf(node) === undefined;
    if (options.closed.has(box) || options.closed.has(EVERY_BOX)) return false;
    return small || (byBox.get(box)?.length ?? 0) < 2;
  };
  const homes = new Map(
    graph.nodes.map((node) => [
      node.id,
      stays(node) ? node.id : groupId(innerOf(node) ?? boxNameOf(node) ?? ""),
    ]),
  );
  const result = (at: ReadonlyMap<string, string>, memory: FoldMemory) => ({
    ...withCount(refold(graph, at), at, graph),
    // What was opened by hand is no budget's doing.
    memory: options.opened.size > 0 ? before : memory,
  });
  const outline = outlineOf(graph, homes);
  if (options.opened.size > 0 || small || folds(outline, new Set(), slack("boxes"))) {
    return result(homes, { step: small ? "whole" : "boxes", shown: NOBODY });
  }
  // What may go into the group of all the rest: whole namespaces, of one service or many.
  const movable = [...placesOf(graph, homes).values()].filter(
    ({ id, boxed, gateway }) => boxed && !gateway && !keep.has(id),
  );
  const stood = before?.shown ?? NOBODY;
  const order = busiestFirst(movable, stood);
  const first = order.filter(({ id, busy }) => busy || stood.has(id)).map(({ id }) => id);
  const ids = order.map(({ id }) => id);
  const steps = [first, ...NAMESPACES.map((most) => ids.slice(0, most))];
  for (const [step, shownSingly] of steps.entries()) {
    const shown = new Set(shownSingly);
    const rest = new Set(ids.filter((id) => !shown.has(id)));
    const least = shownSingly.length <= (NAMESPACES.at(-1) ?? 0);
    if (!least && !folds(outline, rest, slack(step))) continue;
    const fewer = new Map([...homes].map(([id, home]) => [id, rest.has(home) ? MORE : home]));
    return result(fewer, { step, shown });
  }
  return result(homes, { step: "boxes", shown: NOBODY });
}

const NOBODY: ReadonlySet<string> = new Set();

/** A box by a label, or a cluster, with more than this opens to its namespaces first. */
const MOST_AT_ONCE = 30;

/**
 * The namespace of an open box that a node stays folded in, by the name that opens it; undefined for
 * what is not: in boxes that are namespaces, in small ones, and where that namespace was opened too.
 */
function innerGroups(
  byBox: ReadonlyMap<string, readonly GraphNode[]>,
  opened: ReadonlySet<string>,
): (node: GraphNode) => string | undefined {
  const sizes = new Map<string, number>();
  for (const [box, members] of byBox) {
    if (!opened.has(box) || members.length <= MOST_AT_ONCE) continue;
    for (const { group, namespace } of members) {
      if (group === undefined || namespace === undefined) continue;
      const inner = namespaceIn(box, namespace);
      sizes.set(inner, (sizes.get(inner) ?? 0) + 1);
    }
  }
  return ({ group, namespace }) => {
    if (group === undefined || namespace === undefined) return undefined;
    const inner = namespaceIn(group, namespace);
    return (sizes.get(inner) ?? 0) > 1 && !opened.has(inner) ? inner : undefined;
  };
}

/** A node as it stands once those of a box are one, with what decides whether it is drawn. */
interface Place {
  readonly id: string;
  /** It stands in a box. */
  boxed: boolean;
  gateway: boolean;
  /** That of the worst of its nodes. */
  state: Health["state"];
  /** Requests per second that it is asked, or asks others, for. */
  asked: number;
  /** It takes part in a call, or is not idle. */
  busy: boolean;
}

/** What `homes` make of the nodes of a graph, by id. */
function placesOf(
  { nodes, edges }: MeshGraph,
  homes: ReadonlyMap<string, string>,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const node of nodes) {
    const id = homes.get(node.id) ?? node.id;
    const { state } = node.health;
    const known = places.get(id);
    if (!known) {
      const boxed = boxNameOf(node) !== undefined;
      const gateway = id === node.id && node.kind === "gateway";
      places.set(id, { id, boxed, gateway, state, asked: 0, busy: !isQuiet(state) });
      continue;
    }
    if (severity(state) > severity(known.state)) known.state = state;
    known.busy = !isQuiet(known.state);
  }
  const leafOf = leavesAt(homes);
  for (const edge of edges) {
    const [source, target] = [leafOf(edge.source), leafOf(edge.target)];
    if (!isDrawn(source, target)) continue;
    for (const end of [source, target]) {
      const place = places.get(nodeIdOf(end));
      if (!place) continue;
      place.asked += edge.traffic.requestsPerSecond ?? 0;
      place.busy = true;
    }
  }
  return places;
}

const isQuiet = (state: Health["state"]) => state === "idle" || state === "unknown";

const fits = ({ nodes, edges, type }: MeshGraph, slack: number): boolean =>
  isReadable(
    nodes.reduce((sum, node) => sum + platesOf(node, type), 0),
    edges.length,
    slack,
  );

/** What a picture is made of, of which as much as is needed to see whether it can be read. */
interface Outline {
  /** By id of what stands there once each node is at its home: how many plates it is drawn as. */
  readonly plates: ReadonlyMap<string, number>;
  /** The ends of each line. */
  readonly calls: readonly { readonly source: string; readonly target: string }[];
}

function outlineOf({ nodes, edges, type }: MeshGraph, homes: ReadonlyMap<string, string>): Outline {
  const plates = new Map<string, number>();
  for (const node of nodes) {
    const home = homes.get(node.id) ?? node.id;
    plates.set(home, home === node.id ? platesOf(node, type) : 1);
  }
  const leafOf = leavesAt(homes);
  const calls = new Map<string, Outline["calls"][number]>();
  for (const edge of edges) {
    const [source, target] = [leafOf(edge.source), leafOf(edge.target)];
    if (isDrawn(source, target)) calls.set(edgeId(source, target), { source, target });
  }
  return { plates, calls: [...calls.values()] };
}

/** Whether a picture can be read once `rest` of it is one group. */
function folds({ plates, calls }: Outline, rest: ReadonlySet<string>, slack: number): boolean {
  let count = rest.size > 0 ? 1 : 0;
  for (const [id, own] of plates) if (!rest.has(id)) count += own;
  if (count > slack * BUDGET.plates) return false;
  const home = (leaf: string) => (rest.has(nodeIdOf(leaf)) ? MORE : leaf);
  const joined = new Set<string>();
  for (const call of calls) {
    const [source, target] = [home(call.source), home(call.target)];
    if (isDrawn(source, target)) joined.add(edgeId(source, target));
  }
  return isReadable(count, joined.size, slack);
}

const isReadable = (plates: number, edges: number, slack: number): boolean =>
  plates <= slack * BUDGET.plates && plates + edges <= slack * BUDGET.elements;

/** How many plates a node is drawn as. */
const platesOf = ({ versions, kind }: GraphNode, type: MeshGraph["type"]): number =>
  type === "versionedApp" && kind === "service" && versions.length > 1 ? versions.length + 1 : 1;

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
function busiestFirst(places: readonly Place[], stood: ReadonlySet<string>): readonly Place[] {
  const weight = ({ id, asked }: Place) => asked * (stood.has(id) ? STAYS : 1);
  return [...places].sort(
    (a, b) => severity(b.state) - severity(a.state) || weight(b) - weight(a) || compare(a.id, b.id),
  );
}

function withCount(result: MeshGraph, homes: ReadonlyMap<string, string>, graph: MeshGraph) {
  const services = graph.nodes.filter(({ id }) => homes.get(id) !== id).length;
  const groups = result.nodes.filter(({ kind }) => kind === "group").length;
  return { graph: result, folded: { services, groups } };
}
