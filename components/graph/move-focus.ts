import type { Layout, Rect } from "@/lib/graph/places";

export type Direction = "left" | "right" | "up" | "down";

/** Sideways distance counts this much more than distance ahead. */
const SIDEWAYS = 2;

/**
 * The thing that the arrow leads to: first along a call in that direction, else the nearest one
 * in space. Undefined at the rim.
 */
export function nextInDirection(
  from: string,
  direction: Direction,
  {
    ids,
    layout,
    edges,
  }: {
    readonly ids: readonly string[];
    readonly layout: Layout;
    readonly edges: readonly { readonly source: string; readonly target: string }[];
  },
): string | undefined {
  const here = layout.places[from];
  if (!here) return ids[0];
  const linked =
    direction === "right"
      ? edges.filter(({ source }) => source === from).map(({ target }) => target)
      : direction === "left"
        ? edges.filter(({ target }) => target === from).map(({ source }) => source)
        : [];
  const reachable = new Set(ids);
  return (
    nearest(
      here,
      direction,
      linked.filter((id) => reachable.has(id)),
      layout,
    ) ??
    nearest(
      here,
      direction,
      ids.filter((id) => id !== from),
      layout,
    )
  );
}

function nearest(
  here: Rect,
  direction: Direction,
  ids: readonly string[],
  layout: Layout,
): string | undefined {
  let best: { id: string; cost: number } | undefined;
  for (const id of ids) {
    const place = layout.places[id];
    if (!place) continue;
    const dx = place.x + place.width / 2 - (here.x + here.width / 2);
    const dy = place.y + place.height / 2 - (here.y + here.height / 2);
    const [ahead, aside] =
      direction === "left"
        ? [-dx, dy]
        : direction === "right"
          ? [dx, dy]
          : direction === "up"
            ? [-dy, dx]
            : [dy, dx];
    if (ahead <= 1) continue;
    const cost = ahead + SIDEWAYS * Math.abs(aside);
    if (!best || cost < best.cost) best = { id, cost };
  }
  return best?.id;
}
