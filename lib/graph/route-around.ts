import type { Point, Rect } from "./places";

/** Room between a call and a plate that it passes, and between two calls that pass side by side. */
const CLEAR = 10;
const BESIDE = 7;
/** A call that would have less room than this to turn keeps its height. */
const TURN = 24;
/** How often a call steps aside for others before it runs over one. */
const MOST_BESIDE = 6;

/**
 * Finds ways past plates for calls that the layout engine has none for: level past each plate that
 * stands in the way, at the free height nearest to the straight line. Calls that run back to the left
 * swing around by themselves.
 */
export function routeAround(plates: readonly Rect[]) {
  const sorted = [...plates].sort((a, b) => a.x - b.x || a.y - b.y);
  /** Where calls run level already. */
  const taken: { readonly left: number; readonly right: number; readonly y: number }[] = [];
  return (source: Rect, target: Rect): readonly Point[] => {
    const from = { x: source.x + source.width, y: source.y + source.height / 2 };
    const to = { x: target.x, y: target.y + target.height / 2 };
    const between = sorted.filter(
      (plate) =>
        plate !== source && plate !== target && plate.x < to.x && plate.x + plate.width > from.x,
    );
    const bends: Point[] = [];
    let at: Point = from;
    for (const plate of between) {
      const left = Math.max(plate.x - CLEAR, at.x + 1);
      const right = Math.min(plate.x + plate.width + CLEAR, to.x - 1);
      if (right <= left || !isBetween(plate, at.y, to.y)) continue;
      const reaches = (other: { readonly left: number; readonly right: number }) =>
        other.left < right && other.right > left;
      const near = between.filter(({ x, width }) => reaches({ left: x, right: x + width }));
      const middle = (left + right) / 2;
      const line = at.y + ((to.y - at.y) * (middle - at.x)) / Math.max(1, to.x - at.x);
      const goesOn =
        bends.length > 0 && left - at.x < TURN && near.every((one) => !covers(one, at.y));
      const used = taken.filter(reaches).map(({ y }) => y);
      const y = goesOn ? at.y : freeHeight(near, line, used);
      taken.push({ left, right, y });
      bends.push({ x: left, y }, { x: right, y });
      at = { x: right, y };
    }
    return bends;
  };
}

const covers = ({ y, height }: Rect, at: number) => at > y - CLEAR && at < y + height + CLEAR;

/** Whether a plate stands between two heights, or close to one of them. */
const isBetween = ({ y, height }: Rect, a: number, b: number) =>
  y - CLEAR < Math.max(a, b) + CLEAR && y + height + CLEAR > Math.min(a, b) - CLEAR;

/** The height nearest to `wanted` that passes between plates, beside the calls that run there. */
function freeHeight(plates: readonly Rect[], wanted: number, used: readonly number[]): number {
  const isFree = (y: number) => plates.every((plate) => !covers(plate, y));
  const isAlone = (y: number) => used.every((other) => Math.abs(other - y) >= BESIDE);
  const rims = plates.flatMap(({ y, height }) => [y - CLEAR, y + height + CLEAR]);
  const steps = Array.from({ length: 2 * MOST_BESIDE + 1 }, (_, i) => (i - MOST_BESIDE) * BESIDE);
  const candidates = [wanted, ...rims].flatMap((y) => steps.map((step) => y + step));
  const best = (some: readonly number[]) =>
    some.reduce<number | undefined>(
      (near, y) =>
        near === undefined || Math.abs(y - wanted) < Math.abs(near - wanted) ? y : near,
      undefined,
    );
  const free = candidates.filter(isFree);
  return best(free.filter(isAlone)) ?? best(free) ?? wanted;
}
