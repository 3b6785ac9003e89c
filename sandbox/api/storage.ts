import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { inKeyOrder } from "./object-json";

/** Where objects of one kind are kept: `pods`, `virtualservices.networking.istio.io`. */
export type ResourceKey = string;

/** One change, in the order of its version. */
export interface StorageEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly version: number;
  readonly object: KubeObject;
  /** The object before the change; absent when it was added. */
  readonly before?: KubeObject;
}

/** An object with the kind that it is of. */
export interface StoredObject {
  readonly key: ResourceKey;
  readonly object: KubeObject;
}

/** Where an object is kept. */
interface Whereabouts {
  readonly key: ResourceKey;
  readonly id: string;
}

interface Table {
  readonly objects: Map<string, KubeObject>;
  readonly listeners: Set<(event: StorageEvent) => void>;
  history: StorageEvent[];
  /** Changes up to and including this version are forgotten. */
  floor: number;
  sorted: readonly KubeObject[] | undefined;
}

/** A kind's history is cut back to this many changes when it has grown to twice as many. */
const HISTORY = 1000;

/**
 * Objects under one global version counter, with the recent history of each kind.
 * It checks nothing: rules of the API are `ApiObjects`' business.
 */
export class Storage {
  private readonly tables = new Map<ResourceKey, Table>();
  private readonly followers = new Set<(key: ResourceKey, event: StorageEvent) => void>();
  private readonly byUid = new Map<string, Whereabouts>();
  /** By the uid of an owner, those that name it. */
  private readonly byOwner = new Map<string, Map<string, Whereabouts>>();
  private counter = 1;
  /** Changes up to and including this version are forgotten, of any kind. */
  private forgotten = 0;

  /** The version of the latest change. */
  get version(): number {
    return this.counter;
  }

  get(key: ResourceKey, namespace: string, name: string): KubeObject | undefined {
    return this.table(key).objects.get(namespace ? `${namespace}/${name}` : name);
  }

  /** All objects of a kind, sorted by namespace and name. The array never changes. */
  list(key: ResourceKey): readonly KubeObject[] {
    const table = this.table(key);
    table.sorted ??= [...table.objects.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
    return table.sorted;
  }

  /** The object with a uid; undefined when there is none. */
  ofUid(uid: string): StoredObject | undefined {
    const place = this.byUid.get(uid);
    return place && this.at(place);
  }

  /** The objects that name this uid as that of an owner. */
  dependentsOf(uid: string): readonly StoredObject[] {
    const places = this.byOwner.get(uid);
    return places ? [...places.values()].flatMap((place) => this.at(place) ?? []) : [];
  }

  /** The version that the next change will get. */
  nextVersion(): string {
    return String(this.counter + 1);
  }

  /** Stores the object under its name with a new resourceVersion. */
  put(key: ResourceKey, object: KubeObject): KubeObject {
    const table = this.table(key);
    const version = ++this.counter;
    const stored = withVersion(object, version);
    const id = objectKey(stored);
    const before = table.objects.get(id);
    table.objects.set(id, stored);
    this.commit(key, {
      type: before ? "MODIFIED" : "ADDED",
      version,
      object: stored,
      ...(before ? { before } : {}),
    });
    return stored;
  }

  /** Removes the object; its last state carries the version of the removal. */
  remove(key: ResourceKey, object: KubeObject): KubeObject | undefined {
    const table = this.table(key);
    const id = objectKey(object);
    const before = table.objects.get(id);
    if (!before) return undefined;
    table.objects.delete(id);
    const version = ++this.counter;
    const last = withVersion(before, version);
    this.commit(key, { type: "DELETED", version, object: last, before });
    return last;
  }

  /** The changes of a kind after `version`; undefined when some of them are forgotten. */
  since(key: ResourceKey, version: number): readonly StorageEvent[] | undefined {
    const { history, floor } = this.table(key);
    if (version < floor) return undefined;
    let first = history.length;
    while (first > 0 && (history[first - 1]?.version ?? 0) > version) first--;
    return history.slice(first);
  }

  /** Calls `listener` with each later change of a kind. Returns how to stop. */
  watch(key: ResourceKey, listener: (event: StorageEvent) => void): () => void {
    const { listeners } = this.table(key);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Calls `follower` with each later change of any kind. Returns how to stop. */
  follow(follower: (key: ResourceKey, event: StorageEvent) => void): () => void {
    this.followers.add(follower);
    return () => {
      this.followers.delete(follower);
    };
  }

  /** Forgets all history now, as etcd's compaction would. */
  compact(): void {
    this.forgotten = this.counter;
    for (const table of this.tables.values()) {
      table.history = [];
      table.floor = this.counter;
    }
  }

  /**
   * As after the restore of a backup: the counter begins anew, every object has another, lower
   * version, and nobody is told.
   */
  renumber(): void {
    this.counter = 1;
    for (const table of this.tables.values()) {
      for (const [id, object] of table.objects) {
        table.objects.set(id, withVersion(object, ++this.counter));
      }
      table.sorted = undefined;
    }
    this.compact();
  }

  private at({ key, id }: Whereabouts): StoredObject | undefined {
    const object = this.table(key).objects.get(id);
    return object && { key, object };
  }

  private commit(key: ResourceKey, event: StorageEvent): void {
    const table = this.table(key);
    this.index(key, event);
    table.sorted = undefined;
    table.history.push(event);
    if (table.history.length >= 2 * HISTORY) {
      table.floor = table.history[HISTORY - 1]?.version ?? table.floor;
      table.history = table.history.slice(HISTORY);
    }
    for (const listener of [...table.listeners]) listener(event);
    for (const follower of [...this.followers]) follower(key, event);
  }

  private index(key: ResourceKey, { type, object, before }: StorageEvent): void {
    const id = objectKey(object);
    const { uid } = object.metadata;
    const owners = type === "DELETED" ? [] : ownersOf(object);
    if (uid && type === "DELETED") this.byUid.delete(uid);
    else if (uid && before?.metadata.uid !== uid) this.byUid.set(uid, { key, id });
    const known = before ? ownersOf(before) : [];
    if (known.length === 0 && owners.length === 0) return;
    const place = `${key} ${id}`;
    for (const owner of known) {
      const dependents = this.byOwner.get(owner);
      if (owners.includes(owner)) continue;
      dependents?.delete(place);
      if (dependents?.size === 0) this.byOwner.delete(owner);
    }
    for (const owner of owners) {
      if (known.includes(owner)) continue;
      const dependents = this.byOwner.get(owner) ?? new Map<string, Whereabouts>();
      this.byOwner.set(owner, dependents);
      dependents.set(place, { key, id });
    }
  }

  private table(key: ResourceKey): Table {
    let table = this.tables.get(key);
    if (!table) {
      table = {
        objects: new Map(),
        listeners: new Set(),
        history: [],
        floor: this.forgotten,
        sorted: undefined,
      };
      this.tables.set(key, table);
    }
    return table;
  }
}

const ownersOf = ({ metadata }: KubeObject): readonly string[] =>
  metadata.ownerReferences?.map(({ uid }) => uid) ?? [];

const withVersion = (object: KubeObject, version: number): KubeObject =>
  inKeyOrder({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(version) },
  });
