import { compare } from "./collect";
import type { Drawing, DrawnBox, DrawnLeaf } from "./drawing";

/** Boxes and loose plates that calls join, and that nothing joins to the rest. */
export interface DrawingPart {
  readonly boxes: readonly DrawnBox[];
  readonly loose: readonly DrawnLeaf[];
  readonly edges: Drawing["edges"];
}

/** Width over height that a picture of many parts is packed towards: that of a screen. */
const ASPECT = 1.6;
const GAP = 36;

/**
 * Splits a drawing into parts that no call joins, the one with most calls first. Each is laid out
 * by itself: layers of one would push the others apart.
 */
export function partsOf({ boxes, loose, edges }: Drawing): readonly DrawingPart[] {
  const home = new Map<string, string>();
  for (const { id } of loose) home.set(id, id);
  for (const box of boxes) for (const id of leavesOf(box)) home.set(id, box.id);
  const parent = new Map<string, string>();
  const rootOf = (id: string): string => {
    let root = id;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    return root;
  };
  for (const { source, target } of edges) {
    const [a, b] = [home.get(source), home.get(target)];
    if (a === undefined || b === undefined || rootOf(a) === rootOf(b)) continue;
    parent.set(rootOf(a), rootOf(b));
  }
  const parts = new Map<
    string,
    { boxes: DrawnBox[]; loose: DrawnLeaf[]; edges: Drawing["edges"][number][] }
  >();
  const partOf = (id: string) => {
    const root = rootOf(id);
    const part = parts.get(root) ?? { boxes: [], loose: [], edges: [] };
    parts.set(root, part);
    return part;
  };
  for (const leaf of loose) partOf(leaf.id).loose.push(leaf);
  for (const box of boxes) partOf(box.id).boxes.push(box);
  for (const edge of edges) {
    const from = home.get(edge.source);
    if (from !== undefined && home.has(edge.target)) partOf(from).edges.push(edge);
  }
  const nameOf = (part: DrawingPart) => part.boxes[0]?.id ?? part.loose[0]?.id ?? "";
  return [...parts.values()].sort(
    (a, b) => b.edges.length - a.edges.length || compare(nameOf(a), nameOf(b)),
  );
}

/** Ids of all plates in a box. */
export function* leavesOf({ leaves, groups }: DrawnBox): Generator<string> {
  for (const { id } of leaves) yield id;
  for (const { versions } of groups) for (const { id } of versions) yield id;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface PartSize extends Size {
  /** It stands in a column of its own at that side of the others. */
  readonly side?: "left" | "right" | undefined;
}

interface Packed {
  readonly corners: readonly { readonly x: number; readonly y: number }[];
  readonly width: number;
  readonly height: number;
}

/** Where to put parts of these sizes: in rows, in their order, in about the shape of a screen. */
export function packParts(sizes: readonly PartSize[]): Packed {
  const rows = packRows(sizes.filter(({ side }) => side === undefined));
  const left = sizes.filter(({ side }) => side === "left");
  const right = sizes.filter(({ side }) => side === "right");
  const shift = widest(left) + (left.length > 0 ? GAP : 0);
  const rail = (column: readonly Size[], x: number) => {
    const tall = column.reduce((sum, { height }) => sum + height + GAP, -GAP);
    let y = Math.max(0, (rows.height - tall) / 2);
    return column.map(({ height }) => {
      const corner = { x, y };
      y += height + GAP;
      return corner;
    });
  };
  const places = {
    middle: rows.corners.map(({ x, y }) => ({ x: x + shift, y })).values(),
    left: rail(left, 0).values(),
    right: rail(right, shift + rows.width + GAP).values(),
  };
  const corners = sizes.map(
    ({ side }: PartSize) => places[side ?? "middle"].next().value ?? { x: 0, y: 0 },
  );
  const ends = corners.map(({ x, y }, index) => {
    const { width = 0, height = 0 } = sizes[index] ?? {};
    return { right: x + width, bottom: y + height };
  });
  return {
    corners,
    width: Math.max(0, ...ends.map((end) => end.right)),
    height: Math.max(0, ...ends.map((end) => end.bottom)),
  };
}

const widest = (sizes: readonly Size[]) => Math.max(0, ...sizes.map(({ width }) => width));

function packRows(sizes: readonly Size[]): Packed {
  const area = sizes.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const limit = Math.max(widest(sizes), Math.sqrt(area * ASPECT));
  let [x, y, rowHeight, right] = [0, 0, 0, 0];
  const corners = sizes.map(({ width, height }) => {
    if (x > 0 && x + width > limit) {
      y += rowHeight + GAP;
      [x, rowHeight] = [0, 0];
    }
    const corner = { x, y };
    x += width + GAP;
    rowHeight = Math.max(rowHeight, height);
    right = Math.max(right, corner.x + width);
    return corner;
  });
  return { corners, width: right, height: y + rowHeight };
}
