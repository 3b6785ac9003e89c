import { type KindId, kindIdOf, KINDS } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { type FactSources, sourcesOf } from "./kept-fact";
import { IndexTable, type MeshIndex, type ObjectChange, type Owned } from "./mesh-index";

/** One change of one object, as a watch tells it. */
export interface MeshChange {
  readonly type: "put" | "delete";
  readonly kind: KindId;
  readonly object: KubeObject;
}

/**
 * A read-only look at one consistent snapshot of the cluster.
 *
 * A view never changes: `applyChanges` makes the next one and shares with it what stayed.
 */
export interface MeshView {
  /** Grows by one with each change; equal versions of one store hold equal objects. */
  readonly version: number;
  /** When the snapshot was taken (ms since 1970); undefined where nobody said. */
  readonly now?: number;
  /** The other clusters of a mesh that has several; absent where only one is known. */
  readonly clusters?: Clusters;
  /** All objects of a kind, by creation in the order they were added. */
  list(kind: KindId): readonly KubeObject[];
  /** `namespace` is empty for kinds without namespaces. */
  get(kind: KindId, namespace: string, name: string): KubeObject | undefined;
  /** The values of one key of an index, in the order of their objects' kinds, namespaces and names. */
  lookup<T>(index: MeshIndex<T>, key: string): readonly T[];
  /** All keys of an index, in no order. */
  keys(index: MeshIndex<unknown>): Iterable<string>;
  /**
   * `compute(this)`, computed once for each view. Pass a function that is defined once. What one
   * object can say by itself is cheaper in an index: a fact is computed anew with each change, unless
   * `keepFact` says what it is made of.
   */
  derive<T>(compute: (mesh: MeshView) => T): T;
}

/** The clusters of one mesh. */
export interface Clusters {
  /** What the view's own cluster is called. */
  readonly own: string;
  /** The others by name, as far as they are known: their Services. */
  readonly others: ReadonlyMap<string, MeshView>;
}

type Objects = ReadonlyMap<KindId, ReadonlyMap<string, KubeObject>>;

/**
 * A view of `objects`; those of kinds that the registry does not know are left out. `now` is when
 * they were read (ms since 1970).
 */
export function meshView(objects: Iterable<KubeObject>, now?: number): MeshView {
  const byKind = new Map<KindId, Map<string, KubeObject>>();
  for (const object of objects) {
    const kind = kindIdOf(object);
    if (!kind) continue;
    const ofKind = byKind.get(kind) ?? new Map<string, KubeObject>();
    ofKind.set(objectKey(object), object);
    byKind.set(kind, ofKind);
  }
  return viewOf({ objects: byKind, version: 1, now }, { indexes: new Map(), kept: new Map() });
}

/** A view of each kind as another one has it. @param version where it is used as one of a store */
export function combinedView(home: (kind: KindId) => MeshView, version: number): MeshView {
  const homes = new Set<View>();
  const objects = new Map<KindId, ReadonlyMap<string, KubeObject>>();
  for (const { id } of KINDS) {
    const from = home(id) as View;
    homes.add(from);
    const ofKind = from.objects.get(id);
    if (ofKind) objects.set(id, ofKind);
  }
  const [first] = homes;
  return viewOf(
    { objects, version, now: undefined },
    {
      indexes: new Map(),
      kept: first?.memory.kept ?? new Map<unknown, KeptValue>(),
      // An index of kinds that one home has alike is the same there.
      lent: (index) =>
        [...homes]
          .find((from) => index.kinds.every((kind) => from.objects.get(kind) === objects.get(kind)))
          ?.table(index),
    },
  );
}

/** The view after `changes`; cost is that of the kinds that changed. */
export function applyChanges(view: MeshView, changes: readonly MeshChange[]): MeshView {
  const { objects: before, memory } = view as View;
  const byKind = new Map<KindId, ReadonlyMap<string, KubeObject>>(before);
  const copied = new Map<KindId, Map<string, KubeObject>>();
  const touched = new Map<string, Pick<ObjectChange, "kind"> & { readonly key: string }>();
  for (const { type, kind, object } of changes) {
    const key = objectKey(object);
    const ofKind = copied.get(kind) ?? new Map(before.get(kind));
    if (type === "put") ofKind.set(key, object);
    else ofKind.delete(key);
    copied.set(kind, ofKind);
    byKind.set(kind, ofKind);
    touched.set(`${kind} ${key}`, { kind, key });
  }
  const net = [...touched.values()]
    .map(({ kind, key }) => ({
      kind,
      before: before.get(kind)?.get(key),
      after: byKind.get(kind)?.get(key),
    }))
    .filter((change) => change.before !== change.after);
  const tables = new Map<MeshIndex<unknown>, IndexTable>();
  for (const [index, table] of memory.indexes) {
    const stays = !index.kinds.some((kind) => copied.has(kind));
    tables.set(index, stays ? table : table.after(net));
  }
  return viewOf(
    { objects: byKind, version: view.version + 1, now: view.now },
    { indexes: tables, kept: memory.kept },
    { from: before, changes: net },
  );
}

/** How two views differ. Cost: one comparison for each object of the kinds that changed. */
export function changesBetween(from: MeshView, to: MeshView): readonly ObjectChange[] {
  const [before, after] = [(from as View).objects, (to as View).objects];
  const { last } = to as View;
  if (last?.from === before) return last.changes;
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((kind): ObjectChange[] => {
    const [old, now] = [before.get(kind), after.get(kind)];
    if (old === now) return [];
    const changes: ObjectChange[] = [];
    for (const [key, object] of old ?? []) {
      const next = now?.get(key);
      if (next !== object) changes.push({ kind, before: object, after: next });
    }
    for (const [key, object] of now ?? []) {
      if (!old?.has(key)) changes.push({ kind, before: undefined, after: object });
    }
    return changes;
  });
}

interface View extends MeshView {
  readonly objects: Objects;
  readonly memory: Memory;
  table(index: MeshIndex<unknown>): IndexTable;
  /** How it was made of another one. */
  readonly last: LastStep | undefined;
}

/** What views of one store pass on to each other. */
interface Memory {
  /** Those that were asked for, in this view or the one before it. */
  readonly indexes: Map<MeshIndex<unknown>, IndexTable>;
  /** The latest value of each kept fact, with what it was made of. */
  readonly kept: Map<unknown, KeptValue>;
  /** An index that another view has. */
  readonly lent?: (index: MeshIndex<unknown>) => IndexTable | undefined;
}

interface KeptValue {
  /** The objects of its kinds, and the values of its facts. */
  readonly from: readonly unknown[];
  readonly value: unknown;
}

interface LastStep {
  readonly from: Objects;
  readonly changes: readonly ObjectChange[];
}

function viewOf(
  {
    objects,
    version,
    now,
  }: {
    readonly objects: Objects;
    readonly version: number;
    readonly now: number | undefined;
  },
  memory: Memory,
  last?: LastStep,
): View {
  const derived = new Map<unknown, unknown>();
  const lists = new Map<KindId, readonly KubeObject[]>();
  const owned = new Map<KindId, readonly Owned[]>();
  const sorted = (kind: KindId): readonly Owned[] => {
    const known = owned.get(kind);
    if (known) return known;
    const made = sortedByKey(kind, objects.get(kind) ?? new Map());
    owned.set(kind, made);
    return made;
  };
  const table = (index: MeshIndex<unknown>): IndexTable => {
    const known = memory.indexes.get(index);
    if (known) return known;
    const made = memory.lent?.(index) ?? IndexTable.of(index, sorted);
    memory.indexes.set(index, made);
    return made;
  };
  const view: View = {
    objects,
    memory,
    table,
    last,
    version,
    ...(now !== undefined && { now }),
    list(kind) {
      const known = lists.get(kind);
      if (known) return known;
      const list = [...(objects.get(kind)?.values() ?? [])];
      lists.set(kind, list);
      return list;
    },
    get: (kind, namespace, name) =>
      objects.get(kind)?.get(namespace ? `${namespace}/${name}` : name),
    lookup: <T>(index: MeshIndex<T>, key: string) => table(index).get(key) as readonly T[],
    keys: (index) => table(index).keys(),
    derive<T>(compute: (mesh: MeshView) => T): T {
      if (!derived.has(compute)) {
        const sources = sourcesOf(compute);
        derived.set(compute, sources ? keptValue(view, compute, sources) : compute(view));
      }
      return derived.get(compute) as T;
    },
  };
  return view;
}

const sortedByKey = (kind: KindId, ofKind: ReadonlyMap<string, KubeObject>): readonly Owned[] =>
  [...ofKind.keys()].sort().flatMap((key) => {
    const object = ofKind.get(key);
    return object ? [{ owner: `${kind} ${key}`, object }] : [];
  });

/** The value of a fact: that of the view before where all that it is made of is the same. */
function keptValue(
  view: View,
  compute: (mesh: MeshView) => unknown,
  sources: FactSources,
): unknown {
  const facts = new Map<unknown, unknown>();
  for (const fact of sources.facts) {
    facts.set(fact, view.derive(fact as (mesh: MeshView) => unknown));
  }
  const from = [...sources.kinds.map((kind) => view.objects.get(kind)), ...facts.values()];
  const known = view.memory.kept.get(compute);
  if (known?.from.every((source, place) => source === from[place])) return known.value;
  const value = compute(limited(view, sources, facts));
  view.memory.kept.set(compute, { from, value });
  return value;
}

/**
 * Only what a fact says that it is made of: it may look things up later, when the view has changed
 * in all else. It holds nothing of the whole view, which would live as long as the fact.
 */
function limited(
  { objects, memory, version, now }: View,
  { kinds }: FactSources,
  facts: ReadonlyMap<unknown, unknown>,
): MeshView {
  const own = viewOf(
    { objects: new Map([...objects].filter(([kind]) => kinds.includes(kind))), version, now },
    { indexes: memory.indexes, kept: new Map() },
  );
  const check = (read: readonly KindId[]): void => {
    const other = read.find((kind) => !kinds.includes(kind));
    if (other)
      throw new Error(`a kept fact reads ${other}, of which it does not say that it is made`);
  };
  return {
    version,
    ...(now !== undefined && { now }),
    list(kind) {
      check([kind]);
      return own.list(kind);
    },
    get(kind, namespace, name) {
      check([kind]);
      return own.get(kind, namespace, name);
    },
    lookup(index, key) {
      check(index.kinds);
      return own.lookup(index, key);
    },
    keys(index) {
      check(index.kinds);
      return own.keys(index);
    },
    derive<T>(fact: (mesh: MeshView) => T): T {
      if (!facts.has(fact)) throw new Error(`a kept fact reads the fact ${fact.name} unsaid`);
      return facts.get(fact) as T;
    },
  };
}
