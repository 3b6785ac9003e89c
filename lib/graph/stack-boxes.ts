import { groupBy } from "./collect";
import type { Drawing } from "./drawing";
import type { Layout, Point, Rect } from "./places";
import { leavesOf, packParts } from "./layout-parts";
import { routeAround } from "./route-around";

/** A box with all that stands in it, or a plate in no box: it moves as a whole. */
interface Body {
  readonly id: string;
  /** Ids of all places that move with it. */
  readonly members: readonly string[];
  readonly place: Rect;
}

/** Between the sides of bodies, and between a plate and the next one that it calls. */
const GAP = { x: 26, y: 24, call: 56 } as const;
const MARGIN = 24;
/** A picture that fits a screen of 1440 px at a size that can be read stays as it is. */
export const WIDE = 1440;

/**
 * Puts boxes that the layout engine set side by side below each other, where the picture would be
 * wider than a screen. Only calls need to run from left to right: a box may begin below another one as
 * soon as its first plate stands right of who calls it. What is in a box stays as it was laid out.
 */
export function stackBoxes(layout: Layout, drawing: Drawing): Layout {
  const bodies = bodiesOf(layout, drawing);
  const bodyOf = new Map(bodies.flatMap((body) => body.members.map((id) => [id, body] as const)));
  const calls = drawing.edges.flatMap(({ source, target }) => {
    const [from, to] = [layout.places[source], layout.places[target]];
    const [a, b] = [bodyOf.get(source), bodyOf.get(target)];
    return from && to && a && b && a !== b ? [{ from, to, a, b }] : [];
  });
  const joined = new Set(calls.flatMap(({ a, b }) => [a, b]));
  const order = bodies
    .filter((body) => joined.has(body))
    .sort((a, b) => a.place.x - b.place.x || a.place.y - b.place.y);
  const into = groupBy(calls, ({ b }) => b);
  const outOf = groupBy(calls, ({ a }) => a);
  const moved = new Map<Body, Point>();
  for (const body of order) {
    const { place } = body;
    const callers = (into.get(body) ?? []).flatMap((call) => {
      const by = moved.get(call.a);
      return by ? [{ ...call, by }] : [];
    });
    const x = Math.max(
      MARGIN,
      ...callers.map(({ from, to, by }) => {
        const right = from.x + by.x + from.width;
        return right + GAP.call - (to.x - place.x);
      }),
    );
    const called = (outOf.get(body) ?? []).flatMap((call) => {
      const by = moved.get(call.b);
      return by ? [middle(call.to) + by.y - (middle(call.from) - place.y)] : [];
    });
    const heights = [
      ...callers.map(({ from, to, by }) => middle(from) + by.y - (middle(to) - place.y)),
      ...called,
    ];
    const wanted = heights.length > 0 ? heights.reduce((a, b) => a + b) / heights.length : place.y;
    const others = [...moved].map(([other, by]) => shifted(other.place, by));
    const y = freePlace({ ...place, x, y: wanted }, others);
    moved.set(body, { x: x - place.x, y: y - place.y });
  }
  const rest = bodies.filter((body) => !joined.has(body));
  if (rest.length > 0) placeAround(rest, moved, drawing.rails);
  return movedLayout(layout, drawing, { bodyOf, moved });
}

/** Puts hubs at the sides of what calls join, and what no call joins to the rest in rows below. */
function placeAround(
  rest: readonly Body[],
  moved: Map<Body, Point>,
  { left, right }: Drawing["rails"],
): void {
  const placed = [...moved].map(([{ place }, by]) => shifted(place, by));
  const top = Math.min(Infinity, ...placed.map(({ y }) => y));
  const core = {
    width: Math.max(0, ...placed.map(({ x, width }) => x + width - MARGIN)),
    height: Math.max(0, ...placed.map(({ y, height }) => y + height - top)),
  };
  const sideOf = ({ id }: Body) =>
    left.includes(id) ? "left" : right.includes(id) ? "right" : undefined;
  const { corners } = packParts([
    core,
    ...rest.map((body) => ({ ...body.place, side: sideOf(body) })),
  ]);
  const [origin = { x: 0, y: 0 }, ...others] = corners;
  for (const [body, by] of moved) {
    moved.set(body, { x: by.x + origin.x, y: by.y + origin.y - (placed.length > 0 ? top : 0) });
  }
  for (const [index, body] of rest.entries()) {
    const { x, y } = others[index] ?? { x: 0, y: 0 };
    moved.set(body, { x: x + MARGIN - body.place.x, y: y - body.place.y });
  }
}

const middle = ({ y, height }: Rect) => y + height / 2;
const shifted = (rect: Rect, { x, y }: Point): Rect => ({ ...rect, x: rect.x + x, y: rect.y + y });

function bodiesOf({ places }: Layout, { boxes, loose }: Drawing): readonly Body[] {
  return [
    ...loose.map(({ id }) => ({ id, members: [id] })),
    ...boxes.map((box) => ({
      id: box.id,
      members: [box.id, ...box.groups.map((group) => group.id), ...leavesOf(box)],
    })),
  ].flatMap((body) => {
    const place = places[body.id];
    return place ? [{ ...body, place }] : [];
  });
}

/** The height nearest to the wanted one at which a body stands clear of the others. */
function freePlace(body: Rect, others: readonly Rect[]): number {
  const beside = others.filter(
    (other) => body.x < other.x + other.width + GAP.x && other.x < body.x + body.width + GAP.x,
  );
  const heights = [
    body.y,
    ...beside.flatMap((other) => [other.y + other.height + GAP.y, other.y - GAP.y - body.height]),
  ];
  const isFree = (y: number) =>
    beside.every(
      (other) => y >= other.y + other.height + GAP.y || y + body.height + GAP.y <= other.y,
    );
  return heights
    .filter(isFree)
    .reduce((a, b) => (Math.abs(b - body.y) < Math.abs(a - body.y) ? b : a), Infinity);
}

function movedLayout(
  layout: Layout,
  { boxes, loose, edges }: Drawing,
  {
    bodyOf,
    moved,
  }: { readonly bodyOf: ReadonlyMap<string, Body>; readonly moved: ReadonlyMap<Body, Point> },
): Layout {
  const tops = [...moved].map(([{ place }, by]) => place.y + by.y);
  const lift = MARGIN - Math.min(...tops);
  const by = (id: string): Point => {
    const body = bodyOf.get(id);
    const { x, y } = (body && moved.get(body)) ?? { x: 0, y: 0 };
    return { x, y: y + lift };
  };
  const places = Object.fromEntries(
    Object.entries(layout.places).map(([id, place]) => [id, shifted(place, by(id))]),
  );
  const leaves = [...loose.map(({ id }) => id), ...boxes.flatMap((box) => [...leavesOf(box)])];
  const around = routeAround(leaves.flatMap((id) => places[id] ?? []));
  const routes = Object.fromEntries(
    edges.map(({ id, source, target }) => {
      const [from, to] = [places[source], places[target]];
      const within = bodyOf.get(source) === bodyOf.get(target);
      const route = layout.routes[id] ?? [];
      if (within && route.length > 0) {
        const { x, y } = by(source);
        return [id, route.map((bend) => ({ x: bend.x + x, y: bend.y + y }))];
      }
      return [id, from && to ? around(from, to) : []];
    }),
  );
  const all = Object.values(places);
  return {
    places,
    routes,
    width: Math.max(...all.map(({ x, width }) => x + width)) + MARGIN,
    height: Math.max(...all.map(({ y, height }) => y + height)) + MARGIN,
  };
}
