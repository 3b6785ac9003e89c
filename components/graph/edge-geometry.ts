import type { Layout, Point, Rect } from "@/lib/graph/places";

/** How one edge runs: from the side of its source over control points to the side of its target. */
export interface EdgeCurve {
  readonly start: Point;
  /** Control points of quadratic pieces that meet half way between neighbours. */
  readonly controls: readonly Point[];
  readonly end: Point;
}

interface Ends {
  readonly id: string;
  readonly source: string;
  readonly target: string;
}

/** Edges that share a side of a plate stand this far apart. */
const PORT_GAP = 7;
const PORT_MARGIN = 7;
/** How far an edge that runs back to the left swings out. */
const SWING = 56;

/**
 * The curves of all edges: out at the right, in at the left, spread over the side in the order of
 * their other ends so that they do not cross at the plate. Loops (a service that calls itself) are
 * left out; the canvas draws those by itself.
 */
export function edgeCurves(edges: readonly Ends[], layout: Layout): ReadonlyMap<string, EdgeCurve> {
  const drawn = edges.flatMap((edge) => {
    const [source, target] = [layout.places[edge.source], layout.places[edge.target]];
    return source && target && edge.source !== edge.target ? [{ edge, source, target }] : [];
  });
  const outAt = ports(drawn, { side: "source", other: "target" });
  const inAt = ports(drawn, { side: "target", other: "source" });
  return new Map(
    drawn.map(({ edge, source, target }) => {
      const start = { x: source.x + source.width, y: outAt.get(edge.id) ?? middle(source) };
      const end = { x: target.x, y: inAt.get(edge.id) ?? middle(target) };
      const route = layout.routes[edge.id] ?? [];
      return [edge.id, { start, controls: controlsOf(start, end, route), end }];
    }),
  );
}

interface DrawnEdge {
  readonly edge: Ends;
  readonly source: Rect;
  readonly target: Rect;
}

/** The height at which each edge meets its plate. */
function ports(
  drawn: readonly DrawnEdge[],
  { side, other }: { side: "source" | "target"; other: "source" | "target" },
): ReadonlyMap<string, number> {
  const bySide = new Map<string, DrawnEdge[]>();
  for (const each of drawn) {
    const id = each.edge[side];
    bySide.set(id, [...(bySide.get(id) ?? []), each]);
  }
  const at = new Map<string, number>();
  for (const members of bySide.values()) {
    const sorted = [...members].sort(
      (a, b) => middle(a[other]) - middle(b[other]) || (a.edge.id < b.edge.id ? -1 : 1),
    );
    const [first] = sorted;
    if (!first) continue;
    const plate = first[side];
    const room = plate.height - 2 * PORT_MARGIN;
    const gap = sorted.length > 1 ? Math.min(PORT_GAP, room / (sorted.length - 1)) : 0;
    const top = middle(plate) - (gap * (sorted.length - 1)) / 2;
    sorted.forEach(({ edge }, i) => at.set(edge.id, top + i * gap));
  }
  return at;
}

/** How far from a plate a line still counts as level with it. */
const LEVEL = 19;

/**
 * The way of an edge past what stands between its ends: level through each gap that the layout found
 * for it, in an S from one level to the next. Pieces meet half way between control points, so two of
 * them at each S, and one where it is level again, keep the curve on its levels.
 */
function controlsOf(start: Point, end: Point, route: readonly Point[]): readonly Point[] {
  if (end.x < start.x + 16) {
    return [
      { x: start.x + SWING, y: start.y },
      { x: end.x - SWING, y: end.y },
    ];
  }
  const inner = route.filter(({ x }) => x > start.x && x < end.x);
  const stations = inner.map((bend, index) => {
    // Edges that share a plate are spread over its side; the layout has them all in its middle.
    const leaves = index === 0 && Math.abs(bend.y - start.y) < LEVEL;
    const arrives = index === inner.length - 1 && Math.abs(bend.y - end.y) < LEVEL;
    return { x: bend.x, y: leaves ? start.y : arrives ? end.y : bend.y };
  });
  const all = [start, ...stations, end];
  const controls = all.slice(1).flatMap((to, index) => {
    const from = all[index] ?? start;
    const bend = to === end ? [] : [to];
    if (to.y === from.y) return bend;
    const x = (from.x + to.x) / 2;
    return [{ x, y: from.y }, { x, y: to.y }, ...bend];
  });
  return controls.length > 0 ? controls : [{ x: (start.x + end.x) / 2, y: start.y }];
}

/** The quadratic pieces of a curve. */
function pieces({ start, controls, end }: EdgeCurve): readonly (readonly [Point, Point, Point])[] {
  return controls.map((control, i) => {
    const before = controls[i - 1];
    const after = controls[i + 1];
    return [
      before ? halfway(before, control) : start,
      control,
      after ? halfway(control, after) : end,
    ] as const;
  });
}

/** The point at `t` in [0, 1] along a curve. */
export function pointAt(curve: EdgeCurve, t: number): Point {
  const all = pieces(curve);
  const i = Math.min(all.length - 1, Math.floor(t * all.length));
  const piece = all[i];
  if (!piece) return halfway(curve.start, curve.end);
  const u = t * all.length - i;
  const [a, b, c] = piece;
  const mix = (from: number, over: number, to: number) =>
    (1 - u) * (1 - u) * from + 2 * (1 - u) * u * over + u * u * to;
  return { x: mix(a.x, b.x, c.x), y: mix(a.y, b.y, c.y) };
}

/**
 * A control point as the canvas takes it: how far along the line from start to end, and how far
 * off it.
 */
export function relativeControls(curve: EdgeCurve): { weights: number[]; distances: number[] } {
  const { start, controls, end } = curve;
  const dx = end.x - start.x;
  const dy = end.y - start.y;
  const length = Math.hypot(dx, dy) || 1;
  return {
    weights: controls.map(
      ({ x, y }) => ((x - start.x) * dx + (y - start.y) * dy) / (length * length),
    ),
    distances: controls.map(({ x, y }) => ((y - start.y) * dx - (x - start.x) * dy) / length),
  };
}

/** A label that wants a place on its edge. */
export interface LabelRequest {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

const STOPS = [0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.18, 0.82, 0.12, 0.88];
/** Where no stop on an edge is free, a label stands this far above or below it. */
const ASIDE = [0, -22, 22, -40, 40];

/**
 * Places labels on their edges, each at the first stop that covers no plate and no label placed
 * before, else beside its edge; where there is none it stays in the middle. Earlier requests choose
 * first.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  curves: ReadonlyMap<string, EdgeCurve>,
  plates: readonly Rect[],
): ReadonlyMap<string, Point> {
  const taken: Rect[] = [...plates];
  const placed = new Map<string, Point>();
  for (const { id, width, height } of requests) {
    const curve = curves.get(id);
    if (!curve) continue;
    const around = ({ x, y }: Point): Rect => ({
      x: x - width / 2,
      y: y - height / 2,
      width,
      height,
    });
    const points = ASIDE.flatMap((aside) =>
      STOPS.map((t) => {
        const { x, y } = pointAt(curve, t);
        return { x, y: y + aside };
      }),
    );
    const free = points.find((point) => !taken.some((rect) => overlaps(around(point), rect)));
    const point = free ?? points[0];
    if (!point) continue;
    placed.set(id, point);
    taken.push(around(point));
  }
  return placed;
}

const overlaps = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const middle = (rect: Rect) => rect.y + rect.height / 2;
const halfway = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
