import { groupBy } from "./collect";
import type { Hub } from "./drawn-calls";
import {
  boxNameOf,
  type GraphNode,
  type GraphVersion,
  type MeshGraph,
  nodeIdOf,
} from "./mesh-graph";

/** Something drawn singly, with the size of its plate in pixels at zoom 1. */
export interface DrawnLeaf {
  /** Id of a node or of a version; edges end here. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** A service whose versions are drawn singly: a box inside that of its namespace. */
interface DrawnGroup {
  readonly id: string;
  readonly versions: readonly DrawnLeaf[];
}

/** A namespace, or whatever boxes are made by, or what lies outside the mesh. */
export interface DrawnBox {
  readonly id: string;
  /** Absent for what lies outside the mesh. */
  readonly name?: string;
  /** What its title needs, in pixels at zoom 1. */
  readonly titleWidth?: number;
  readonly leaves: readonly DrawnLeaf[];
  readonly groups: readonly DrawnGroup[];
}

/** What is drawn, in boxes; positions are for the layout to say. */
export interface Drawing {
  readonly boxes: readonly DrawnBox[];
  /** Clients of unknown origin stand in no box. */
  readonly loose: readonly DrawnLeaf[];
  readonly edges: readonly {
    readonly id: string;
    readonly source: string;
    readonly target: string;
  }[];
  /** Ids of boxes and loose plates that stand aside: left what calls nearly all, right what they call. */
  readonly rails: { readonly left: readonly string[]; readonly right: readonly string[] };
}

const PLATE = { height: 38, minWidth: 116, maxWidth: 204 };
const VERSION_PLATE = { height: 38, minWidth: 112, maxWidth: 224 };
/** Of the 12.5 px face, by measure of Bookinfo's and Boutique's names. */
const CHARACTER_WIDTH = 6.7;
const PLATE_PADDING = 32;
/** Room for the padding of a box, and for the button that folds it. */
const TITLE_PADDING = 44;

/** The box of everything that is not in the mesh. */
export const OUTSIDE = "box:outside";

/** The id of the box of a namespace, or of a label's value. */
const boxId = (name: string): string => `box:${name}`;

/** Whether the versions of `node` are drawn singly. */
export const isOpen = (node: GraphNode, graph: Pick<MeshGraph, "type">): boolean =>
  graph.type === "versionedApp" && node.kind === "service" && node.versions.length > 1;

/**
 * Arranges a graph into what is drawn inside what. Depends on ids and names, never on figures. A hub
 * whose calls are not drawn stands aside, with its box where nothing else is in it.
 */
export function drawingOf(graph: MeshGraph, hubs: ReadonlyMap<string, Hub> = new Map()): Drawing {
  const boxes = new Map<
    string,
    { leaves: DrawnLeaf[]; groups: DrawnGroup[]; name?: string; titleWidth?: number }
  >();
  const loose: DrawnLeaf[] = [];
  const inBox = groupBy(graph.nodes, boxNameOf);
  for (const node of graph.nodes) {
    // A box around a group that is all of a namespace would say its name twice.
    const alone =
      node.kind === "group" &&
      (inBox.get(boxNameOf(node))?.length === 1 || boxNameOf(node) === undefined);
    if (node.kind === "unknown" || alone) {
      loose.push(plateOf(node));
      continue;
    }
    const name = boxNameOf(node);
    const id = name === undefined || node.kind === "external" ? OUTSIDE : boxId(name);
    const box = boxes.get(id) ?? {
      leaves: [],
      groups: [],
      ...(id === OUTSIDE || name === undefined ? {} : { name, titleWidth: titleWidth(name) }),
    };
    if (isOpen(node, graph)) box.groups.push(groupOf(node));
    else box.leaves.push(plateOf(node));
    boxes.set(id, box);
  }
  const drawn = [...boxes].map(([id, box]) => ({ id, ...box }));
  return {
    boxes: drawn,
    loose,
    edges: graph.edges.map(({ id, source, target }) => ({ id, source, target })),
    rails: railsOf({ boxes: drawn, loose }, graph, hubs),
  };
}

/** Sorts what holds nothing but hubs without calls to the side that its calls come from. */
function railsOf(
  { boxes, loose }: Pick<Drawing, "boxes" | "loose">,
  { edges }: MeshGraph,
  hubs: ReadonlyMap<string, Hub>,
): Drawing["rails"] {
  const joined = new Set(edges.flatMap(({ source, target }) => [source, target].map(nodeIdOf)));
  const stands = (ids: readonly string[]) =>
    ids.length > 0 && ids.every((id) => hubs.has(nodeIdOf(id)) && !joined.has(nodeIdOf(id)));
  const aside = [
    ...loose.map(({ id }) => ({ id, hubs: [id] })),
    ...boxes.map(({ id, leaves, groups }) => ({
      id,
      hubs: [...leaves, ...groups].map((member) => member.id),
    })),
  ].filter((body) => stands(body.hubs));
  const calls = (ids: readonly string[]) =>
    ids.some((id) => (hubs.get(nodeIdOf(id))?.callees ?? 0) > 0);
  return {
    left: aside.filter((body) => calls(body.hubs)).map(({ id }) => id),
    right: aside.filter((body) => !calls(body.hubs)).map(({ id }) => id),
  };
}

/** Names the set of what is drawn: equal keys may share one layout. */
export function topologyKey(drawing: Drawing): string {
  return JSON.stringify([[...leafIds(drawing)].sort(), drawing.edges.map(({ id }) => id).sort()]);
}

/** Ids of all that is drawn singly. */
export function leafIds(drawing: Drawing): ReadonlySet<string> {
  return new Set([
    ...drawing.loose.map(({ id }) => id),
    ...drawing.boxes.flatMap(({ leaves, groups }) => [
      ...leaves.map(({ id }) => id),
      ...groups.flatMap(({ versions }) => versions.map(({ id }) => id)),
    ]),
  ]);
}

/** A picture is made anew when this part of its edges is new to it, and more than two are. */
const NEW_EDGES = { share: 0.25, few: 2 };

/**
 * Whether a layout made for `before` still serves `now`: the same plates, and at most a few edges
 * that it has not seen. Those are drawn into the picture as it is, and edges that ended leave their
 * place empty: moving everything for them would cost the eye more than it gives.
 */
export function layoutServes(before: Drawing, now: Drawing): boolean {
  const had = leafIds(before);
  const has = leafIds(now);
  if (had.size !== has.size || [...has].some((id) => !had.has(id))) return false;
  const seen = new Set(before.edges.map(({ id }) => id));
  const fresh = now.edges.filter(({ id }) => !seen.has(id)).length;
  return fresh <= Math.max(NEW_EDGES.few, NEW_EDGES.share * now.edges.length);
}

/** The node of a graph that an id of a node or version belongs to. */
export function nodeOfLeaf(
  graph: MeshGraph,
  id: string,
): { node: GraphNode; version?: GraphVersion } | undefined {
  const node = graph.nodes.find((n) => n.id === id);
  if (node) return { node };
  const owner = graph.nodes.find((n) => n.id === nodeIdOf(id));
  const version = owner?.versions.find((v) => v.id === id);
  return owner && version ? { node: owner, version } : undefined;
}

/** What a group says below its name is about as long as this. */
const GROUP_LINE = "000 services · 00 degraded";

const plateOf = ({ id, name, kind }: GraphNode): DrawnLeaf => ({
  id,
  // The slanted and pointed shapes lose some of their width.
  width:
    widthOf(kind === "group" ? longer(name, GROUP_LINE) : name, PLATE) +
    (kind === "gateway" || kind === "external" ? 16 : 0),
  height: PLATE.height,
});

/** All versions of a service are as wide as the widest, or as its title with rate and errors. */
function groupOf({ id, name, versions }: GraphNode): DrawnGroup {
  const widths = versions.map(({ version }) =>
    widthOf(`${version ?? "no pod reached"} 00 %`, VERSION_PLATE),
  );
  const width = Math.max(...widths, widthOf(`${name} 00/s 00.0 %`, VERSION_PLATE));
  return {
    id,
    versions: versions.map((version) => ({ id: version.id, width, height: VERSION_PLATE.height })),
  };
}

/** Below the name stand the count and the mode of mTLS, which may give way; the name may not. */
const titleWidth = (name: string) =>
  Math.min(320, Math.ceil(name.length * CHARACTER_WIDTH) + TITLE_PADDING);

const longer = (a: string, b: string) => (a.length > b.length ? a : b);

const widthOf = (name: string, { minWidth, maxWidth }: typeof PLATE) =>
  Math.min(maxWidth, Math.max(minWidth, Math.ceil(name.length * CHARACTER_WIDTH + PLATE_PADDING)));
