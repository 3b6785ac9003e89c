/** A list of so few is looked through faster than another one is looked up. */
const FEW = 4;

/** The shortest of some lists; a short one ends the search. Empty where there is nothing to look up. */
export function shortestOf<K, T>(
  keys: readonly K[],
  lookUp: (key: K) => readonly T[],
): readonly T[] {
  let best: readonly T[] | undefined;
  for (const key of keys) {
    const list = lookUp(key);
    if (!best || list.length < best.length) best = list;
    if (best.length <= FEW) break;
  }
  return best ?? [];
}
