/**
 * The item that a number in [0, 1) falls on, each taking its weight's part of the way.
 * Undefined where nothing has a weight.
 */
export function chooseWeighted<T extends { readonly weight: number }>(
  items: readonly T[],
  draw: number,
): T | undefined {
  let total = 0;
  for (const { weight } of items) total += weight;
  let left = draw * total;
  for (const item of items) {
    if (item.weight <= 0) continue;
    left -= item.weight;
    if (left < 0) return item;
  }
  return items.findLast(({ weight }) => weight > 0);
}

/** The item that a number in [0, 1) falls on, all alike; undefined where there is none. */
export const chooseEvenly = <T>(items: readonly T[], draw: number): T | undefined =>
  items[Math.min(items.length - 1, Math.floor(draw * items.length))];

/** Whether a number in [0, 1) falls within the first `percent` hundredths. */
export const falls = (draw: number, percent: number): boolean => draw * 100 < percent;
