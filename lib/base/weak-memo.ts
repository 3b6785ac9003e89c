/**
 * `compute`, remembered for each key as long as the key lives. For facts of immutable objects: a
 * snapshot shares most objects with the one before it, so their facts need no second computation.
 */
export function weakMemo<K extends WeakKey, V>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const found = known.get(key);
    if (found) return found.value;
    const value = compute(key);
    known.set(key, { value });
    return value;
  };
}
