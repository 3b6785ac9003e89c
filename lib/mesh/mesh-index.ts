import type { KindId } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";

/**
 * What single objects say, found by key. An entry depends on nothing but its object, so a change of
 * one object costs its own entries, and who asked for other keys need not ask again.
 * Define it once, as a constant: it is known by its identity.
 */
export interface MeshIndex<T> {
  readonly kinds: readonly KindId[];
  /** The keys under which an object is found, each with what is kept of it. */
  entries(object: KubeObject, kind: KindId): Iterable<readonly [key: string, value: T]>;
}

/** One object in two snapshots; absent where it was not there. */
export interface ObjectChange {
  readonly kind: KindId;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/** An object among those of its kind, with a name of its own among all kinds. */
export interface Owned {
  readonly owner: string;
  readonly object: KubeObject;
}

/** What stands under a key: whose each value is, at the same place. Sorted, so that it has no history. */
interface Bucket {
  readonly owners: string[];
  readonly values: unknown[];
}

const EMPTY: Bucket = { owners: [], values: [] };

/** Changed keys are kept apart until they are so many that one new table is cheaper. */
const MAX_CHANGED = 512;

/** The entries of one index in one snapshot. Immutable. */
export class IndexTable {
  private constructor(
    private readonly index: MeshIndex<unknown>,
    private readonly base: ReadonlyMap<string, Bucket>,
    private readonly changed: ReadonlyMap<string, Bucket>,
  ) {}

  /** The table of all objects. @param sorted those of a kind, by their owners' names */
  static of(index: MeshIndex<unknown>, sorted: (kind: KindId) => Iterable<Owned>): IndexTable {
    const base = new Map<string, Bucket>();
    for (const kind of [...index.kinds].sort()) {
      for (const { owner, object } of sorted(kind)) {
        for (const [key, value] of index.entries(object, kind)) {
          const bucket = base.get(key);
          if (!bucket) base.set(key, { owners: [owner], values: [value] });
          else {
            bucket.owners.push(owner);
            bucket.values.push(value);
          }
        }
      }
    }
    return new IndexTable(index, base, new Map());
  }

  /** The values of a key, in the order of their objects' kinds, namespaces and names. */
  get(key: string): readonly unknown[] {
    return this.bucket(key).values;
  }

  /** Every key that has a value. */
  *keys(): Iterable<string> {
    for (const [key] of this.base) if (!this.changed.has(key)) yield key;
    for (const [key, { owners }] of this.changed) if (owners.length > 0) yield key;
  }

  /** The table after some changes. Cost: that of the entries of the changed objects. */
  after(changes: readonly ObjectChange[]): IndexTable {
    const changed = new Map(this.changed);
    for (const { kind, before, after } of changes) {
      const object = before ?? after;
      if (!object || !this.index.kinds.includes(kind)) continue;
      const owner = ownerOf(kind, object);
      const added = new Map<string, unknown[]>();
      for (const [key] of before ? this.index.entries(before, kind) : []) added.set(key, []);
      for (const [key, value] of after ? this.index.entries(after, kind) : []) {
        const values = added.get(key);
        if (values) values.push(value);
        else added.set(key, [value]);
      }
      for (const [key, values] of added) {
        const bucket = changed.get(key) ?? this.base.get(key) ?? EMPTY;
        changed.set(key, replaced(bucket, owner, values));
      }
    }
    if (changed.size <= MAX_CHANGED) return new IndexTable(this.index, this.base, changed);
    const base = new Map(this.base);
    for (const [key, bucket] of changed) {
      if (bucket.owners.length > 0) base.set(key, bucket);
      else base.delete(key);
    }
    return new IndexTable(this.index, base, new Map());
  }

  private bucket(key: string): Bucket {
    const changed = this.changed.size > 0 ? this.changed.get(key) : undefined;
    return changed ?? this.base.get(key) ?? EMPTY;
  }
}

/** The keys that a change touches. */
export function touchedKeys(
  index: MeshIndex<unknown>,
  { kind, before, after }: ObjectChange,
): ReadonlySet<string> {
  const keys = new Set<string>();
  if (!index.kinds.includes(kind)) return keys;
  for (const object of [before, after]) {
    for (const [key] of object ? index.entries(object, kind) : []) keys.add(key);
  }
  return keys;
}

/** Sorts by kind, then by namespace and name. */
export const ownerOf = (kind: KindId, object: KubeObject): string => `${kind} ${objectKey(object)}`;

/** A bucket in which an owner has these values and no others. Cost: a search and a copy. */
function replaced({ owners, values }: Bucket, owner: string, own: readonly unknown[]): Bucket {
  const start = firstNotBelow(owners, owner);
  let end = start;
  while (owners[end] === owner) end++;
  return {
    owners: owners.toSpliced(start, end - start, ...own.map(() => owner)),
    values: values.toSpliced(start, end - start, ...own),
  };
}

/** The first place of a sorted list whose text is not before `text`. */
function firstNotBelow(list: readonly string[], text: string): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
