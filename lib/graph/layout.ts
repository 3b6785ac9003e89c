import { type Drawing, type DrawnBox, type DrawnLeaf, leafIds } from "./drawing";
import type { Layout, Point, Rect } from "./places";
import { routeAround } from "./route-around";
import { stackBoxes, WIDE } from "./stack-boxes";
import { type DrawingPart, leavesOf, packParts, partsOf } from "./layout-parts";

/** A graph as ELK takes it and gives it back, with places filled in. */
export interface ElkGraph {
  id: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  layoutOptions?: Record<string, string>;
  children?: ElkGraph[];
  edges?: ElkEdge[];
}

interface ElkEdge {
  id: string;
  sources: string[];
  targets: string[];
  sections?: { id: string; startPoint: Point; endPoint: Point; bendPoints?: Point[] }[];
}

/** Beyond this many plates boxes are laid out one by one, which costs a fraction of the time. */
const WHOLE_LAYOUT_LIMIT = 150;

const LAYERED = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.spacing.nodeNode": "30",
  "elk.layered.spacing.nodeNodeBetweenLayers": "72",
  "elk.spacing.edgeNode": "14",
  "elk.spacing.edgeEdge": "8",
  "elk.layered.spacing.edgeNodeBetweenLayers": "14",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "6",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.edgeRouting": "POLYLINE",
  "elk.json.edgeCoords": "ROOT",
  "elk.randomSeed": "1",
};
const BOX_PADDING = "[top=38,left=14,bottom=14,right=14]";
const GROUP_PADDING = "[top=32,left=10,bottom=10,right=10]";

/**
 * What ELK is asked to lay out: layered from left to right, namespaces as boxes, versions as boxes
 * within. Children are in the order of their names, so that equal graphs make equal requests.
 *
 * @param boxesApart lays out each box by itself, as small as it can be, for `stackBoxes`.
 */
export function elkGraph(drawing: Drawing, boxesApart = false): ElkGraph {
  if (boxesApart || leafIds(drawing).size > WHOLE_LAYOUT_LIMIT) {
    const boxes = drawing.boxes.map((box) => boxOf(box, false));
    const root = layeredGraph(boxesApart ? APART : "root", "SEPARATE_CHILDREN");
    return { ...root, ...separated(drawing, boxes) };
  }
  const parts = partsOf(drawing);
  const [only] = parts;
  if (only && parts.length === 1) return partGraph(only, "root");
  return {
    id: "root",
    layoutOptions: { "elk.algorithm": "fixed", "elk.json.edgeCoords": "ROOT" },
    children: parts.map((part, index) => partGraph(part, `${PART}${index}`)),
  };
}

/**
 * The same with each box by itself, to be put below each other where the whole is wider than a screen.
 * Undefined where that wins nothing, or costs too much time.
 */
export function narrowerGraph(drawing: Drawing): ElkGraph | undefined {
  const isFit = drawing.boxes.length > 2 && leafIds(drawing).size <= WHOLE_LAYOUT_LIMIT;
  return isFit ? elkGraph(drawing, true) : undefined;
}

/** Ids of parts that nothing joins; no node, version or box is named so. */
const PART = "part:";
/** The id of a layout whose boxes are still to be put below each other. */
const APART = "apart";

const layeredGraph = (id: string, hierarchy: "INCLUDE_CHILDREN" | "SEPARATE_CHILDREN") => ({
  id,
  layoutOptions: {
    ...LAYERED,
    "elk.hierarchyHandling": hierarchy,
    // The same graph gives the same picture, and a graph that grew a similar one. ELK 0.12 breaks
    // where a box within has this option too.
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "elk.padding": "[top=24,left=24,bottom=24,right=24]",
  },
});

const partGraph = ({ boxes, loose, edges }: DrawingPart, id: string): ElkGraph => ({
  ...layeredGraph(id, "INCLUDE_CHILDREN"),
  children: [...loose.map(leafOf), ...boxes.map((box) => boxOf(box, true))],
  edges: edges.map((edge) => ({ id: edge.id, sources: [edge.source], targets: [edge.target] })),
});

/** Edges within a box go to that box; those between boxes join the boxes, once for each pair. */
function separated(drawing: Drawing, boxes: ElkGraph[]): Pick<ElkGraph, "children" | "edges"> {
  const boxOfLeaf = new Map(
    drawing.boxes.flatMap((box) => [...leavesOf(box)].map((id) => [id, box.id] as const)),
  );
  const inner = new Map<string, ElkEdge[]>();
  const outer = new Map<string, ElkEdge>();
  for (const { id, source, target } of drawing.edges) {
    const from = boxOfLeaf.get(source) ?? source;
    const to = boxOfLeaf.get(target) ?? target;
    if (from === to) {
      inner.set(from, [...(inner.get(from) ?? []), { id, sources: [source], targets: [target] }]);
    } else {
      outer.set(`${from}>${to}`, { id: `${from}>${to}`, sources: [from], targets: [to] });
    }
  }
  const children = boxes.map((box) => ({ ...box, edges: inner.get(box.id) ?? [] }));
  return {
    children: [...drawing.loose.map(leafOf), ...children],
    edges: [...outer.values()],
  };
}

function boxOf(box: DrawnBox, whole: boolean): ElkGraph {
  return {
    id: box.id,
    // A box does not inherit distances from what it stands in.
    layoutOptions: {
      ...LAYERED,
      ...(whole ? {} : { "elk.hierarchyHandling": "INCLUDE_CHILDREN" }),
      "elk.padding": BOX_PADDING,
      ...(box.titleWidth === undefined
        ? {}
        : {
            "elk.nodeSize.constraints": "[MINIMUM_SIZE]",
            "elk.nodeSize.minimum": `(${box.titleWidth}, 0)`,
          }),
    },
    children: [
      ...box.leaves.map(leafOf),
      ...box.groups.map((group) => ({
        id: group.id,
        layoutOptions: {
          ...LAYERED,
          "elk.padding": GROUP_PADDING,
          "elk.spacing.nodeNode": "12",
        },
        children: group.versions.map(leafOf),
      })),
    ],
  };
}

const leafOf = ({ id, width, height }: DrawnLeaf): ElkGraph => ({ id, width, height });

/** Whether ELK's answer is wider than a screen; parts that nothing joins are packed by themselves. */
export const isWide = ({ width = 0, children = [] }: ElkGraph): boolean =>
  Math.max(width, ...children.filter(isPart).map((part) => part.width ?? 0)) > WIDE;

const isPart = ({ id }: ElkGraph) => id.startsWith(PART);

/** Reads ELK's answer; places of children become absolute, as edges already are. */
export function readLayout(answer: ElkGraph, drawing: Drawing): Layout {
  const places: Record<string, Rect> = {};
  const routes: Record<string, readonly Point[]> = {};
  // Routes are given from the corner of the whole answer: they move by what their part moves.
  const visit = (graph: ElkGraph, left: number, top: number, moved: Point) => {
    for (const { id, sections } of graph.edges ?? []) {
      const bends = sections?.[0]?.bendPoints ?? [];
      routes[id] = bends.map(({ x, y }) => ({ x: x + moved.x, y: y + moved.y }));
    }
    for (const child of graph.children ?? []) {
      const { id, x = 0, y = 0, width = 0, height = 0 } = child;
      places[id] = { x: left + x, y: top + y, width, height };
      visit(child, left + x, top + y, moved);
    }
  };
  const parts = (answer.children ?? []).filter(isPart);
  const packed = packParts(
    parts.map(({ width = 0, height = 0, children = [] }) => {
      const stands = (ids: readonly string[]) =>
        children.length > 0 && children.every(({ id }) => ids.includes(id));
      const { left, right } = drawing.rails;
      const side = stands(left) ? "left" : stands(right) ? "right" : undefined;
      return { width, height, side };
    }),
  );
  for (const [index, part] of parts.entries()) {
    const { x, y } = packed.corners[index] ?? { x: 0, y: 0 };
    visit(part, x, y, { x: x - (part.x ?? 0), y: y - (part.y ?? 0) });
  }
  if (parts.length === 0) visit(answer, 0, 0, { x: 0, y: 0 });
  const swapped = new Set(
    drawing.boxes.flatMap(({ groups }) =>
      groups.flatMap(({ versions }) => stackInOrder(versions, places)),
    ),
  );
  if (swapped.size > 0) {
    // The way around things was made for the place before.
    const around = routeAround([...leafIds(drawing)].flatMap((id) => places[id] ?? []));
    for (const { id, source, target } of drawing.edges) {
      const [from, to] = [places[source], places[target]];
      const isOff = swapped.has(source) || swapped.has(target);
      if (isOff) routes[id] = from && to ? around(from, to) : [];
    }
  }
  const { width = 0, height = 0 } = parts.length > 0 ? packed : answer;
  const layout = { places, routes, width, height };
  return answer.id === APART ? stackBoxes(layout, drawing) : layout;
}

/**
 * Puts versions that stand in one column into the order of their names, which ELK does not know.
 * They are of one size, so they change places.
 *
 * @returns those that moved.
 */
function stackInOrder(versions: readonly DrawnLeaf[], places: Record<string, Rect>): string[] {
  const known = versions.flatMap(({ id }) => places[id] ?? []);
  const column = known.every(({ x }) => x === known[0]?.x);
  if (!column || known.length < versions.length) return [];
  const slots = [...known].sort((a, b) => a.y - b.y);
  return versions.flatMap(({ id }, i) => {
    const slot = slots[i];
    if (!slot || slot === places[id]) return [];
    places[id] = slot;
    return [id];
  });
}

/**
 * Moves a new layout as a whole to where most of the old one was, so that the eye finds again what
 * stayed. The first layout stays as it is.
 */
export function settle(next: Layout, before: Layout | undefined): Layout {
  if (!before) return next;
  const shared = Object.entries(next.places).flatMap(([id, place]) => {
    const old = before.places[id];
    return old ? [{ dx: old.x - place.x, dy: old.y - place.y }] : [];
  });
  const dx = median(shared.map((shift) => shift.dx));
  const dy = median(shared.map((shift) => shift.dy));
  const move = <P extends Point>(point: P): P => ({ ...point, x: point.x + dx, y: point.y + dy });
  return {
    ...next,
    places: mapValues(next.places, move),
    routes: mapValues(next.routes, (route) => route.map(move)),
  };
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
