import type { Drawing, DrawnBox } from "./drawing";
import type { Layout, Point, Rect } from "./places";

/** Where somebody put plates, or services opened by version: the top left corner, by id. */
export type Pins = Readonly<Record<string, Point>>;

const BOX = { top: 38, side: 14 } as const;
const GROUP = { top: 32, side: 10 } as const;

/**
 * A layout with some plates where somebody put them. Boxes grow around what they hold, and calls
 * that a moved plate takes part in run straight, since the way around things was found for the place
 * before. Pins of what is not drawn are left alone.
 */
export function pinLayout(layout: Layout, drawing: Drawing, pins: Pins): Layout {
  const wanted = Object.entries(pins).filter(([id]) => layout.places[id] !== undefined);
  if (wanted.length === 0) return layout;
  const places: Record<string, Rect> = { ...layout.places };
  const moved = new Set<string>();
  const put = (id: string, { x, y }: Point) => {
    const place = places[id];
    if (!place) return;
    places[id] = { ...place, x, y };
    moved.add(id);
  };
  const versionsOf = new Map(
    drawing.boxes.flatMap(({ groups }) =>
      groups.map(({ id, versions }) => [id, versions] as const),
    ),
  );
  for (const [id, corner] of wanted) {
    const before = places[id];
    put(id, corner);
    for (const version of versionsOf.get(id) ?? []) {
      const place = places[version.id];
      if (place && before) {
        const [dx, dy] = [corner.x - before.x, corner.y - before.y];
        put(version.id, { x: place.x + dx, y: place.y + dy });
      }
    }
  }
  for (const box of drawing.boxes) growBox(box, places, moved);
  const routes = Object.fromEntries(
    Object.entries(layout.routes).filter(([id]) => !touches(drawing, id, moved)),
  );
  const all = Object.values(places);
  return {
    places,
    routes,
    width: Math.max(layout.width, ...all.map(({ x, width }) => x + width)),
    height: Math.max(layout.height, ...all.map(({ y, height }) => y + height)),
  };
}

const touches = ({ edges }: Drawing, id: string, moved: ReadonlySet<string>): boolean => {
  const edge = edges.find((one) => one.id === id);
  return edge !== undefined && (moved.has(edge.source) || moved.has(edge.target));
};

/** A box of which something moved stands around its members, and keeps at least its width. */
function growBox(
  { id, leaves, groups, titleWidth = 0 }: DrawnBox,
  places: Record<string, Rect>,
  moved: ReadonlySet<string>,
): void {
  for (const group of groups) {
    if (!group.versions.some((version) => moved.has(version.id))) continue;
    const members = group.versions.map((version) => version.id);
    const grown = around(members, places, GROUP);
    if (grown) places[group.id] = grown;
  }
  const members = [...leaves, ...groups].map((member) => member.id);
  const parts = [...members, ...groups.flatMap(({ versions }) => versions.map((v) => v.id))];
  if (!parts.some((member) => moved.has(member))) return;
  const grown = around(members, places, BOX);
  if (grown) places[id] = { ...grown, width: Math.max(grown.width, titleWidth) };
}

function around(
  members: readonly string[],
  places: Readonly<Record<string, Rect>>,
  { top, side }: { readonly top: number; readonly side: number },
): Rect | undefined {
  const rects = members.flatMap((id) => places[id] ?? []);
  if (rects.length === 0) return undefined;
  const left = Math.min(...rects.map(({ x }) => x)) - side;
  const upper = Math.min(...rects.map(({ y }) => y)) - top;
  const right = Math.max(...rects.map(({ x, width }) => x + width)) + side;
  const lower = Math.max(...rects.map(({ y, height }) => y + height)) + side;
  return { x: left, y: upper, width: right - left, height: lower - upper };
}
