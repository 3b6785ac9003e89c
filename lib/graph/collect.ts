import { compareText as compare } from "@/lib/base/compare-text";

export { compare };

/** Orders names as people count: `v2` comes before `v10`. */
export function compareNatural(a: string, b: string): number {
  const padded = (text: string) => text.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
  return compare(padded(a), padded(b)) || compare(a, b);
}

/** The values of each key, in their order. (`Map.groupBy` is newer than Node 20.) */
export function groupBy<T, K>(values: Iterable<T>, keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
