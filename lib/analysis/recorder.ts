import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { type MeshIndex, type ObjectChange, touchedKeys } from "@/lib/mesh/mesh-index";
import type { Clusters, MeshView } from "@/lib/mesh/view";

const NO_CLUSTERS: Clusters = { own: "", others: new Map() };

/** Forgotten readers are swept out of a source once it holds so many. */
const FIRST_SWEEP = 16;

/** One thing that can be read of a mesh: a kind, an object, a key of an index, a fact. */
export class Source {
  /** What was read last; undefined when the mesh has to be asked. */
  value: unknown;
  // Most sources have one reader, for which a list would be too much.
  private first: Reader | undefined;
  private others: Reader[] | undefined;
  private sweepAt = FIRST_SWEEP;

  add(reader: Reader): void {
    reader.hasRead = true;
    const { others } = this;
    if (!others) {
      if (this.first === reader) return;
      if (!this.first || this.first.isForgotten) this.first = reader;
      else this.others = [reader];
      return;
    }
    // A reader is done before another one begins, so it is the last one where it is there.
    if (others.at(-1) === reader) return;
    if (others.length >= this.sweepAt) this.sweep();
    (this.others ??= []).push(reader);
  }

  /** Everybody who waits for a change of this, some perhaps twice. */
  readers(): readonly Reader[] {
    this.sweep();
    return this.first ? [this.first, ...(this.others ?? [])] : (this.others ?? []);
  }

  private sweep(): void {
    if (this.first?.isForgotten) this.first = undefined;
    if (!this.others) return;
    this.others = this.others.filter(({ isForgotten }) => !isForgotten);
    this.sweepAt = Math.max(FIRST_SWEEP, 2 * this.others.length);
  }
}

/** Stands for the set of an index's keys, among its keys. */
const ALL_KEYS = Symbol("all keys");

/** Everything that was read of a mesh, and who read it. */
export class Sources {
  private readonly lists = new Map<KindId, Source>();
  /** By kind, namespace and name. */
  private readonly objects = new Map<KindId, Map<string, Map<string, Source>>>();
  private readonly indexes = new Map<MeshIndex<unknown>, Map<unknown, Source>>();

  list = (kind: KindId): Source => sourceIn(this.lists, kind);

  object = (kind: KindId, namespace: string, name: string): Source =>
    sourceIn(mapIn(mapIn(this.objects, kind), namespace), name);

  entry = (index: MeshIndex<unknown>, key: string | typeof ALL_KEYS = ALL_KEYS): Source =>
    sourceIn(mapIn(this.indexes, index), key);

  /** What is touched when `from` becomes `to` by `changes`: it has to be read anew. */
  touched(
    changes: readonly ObjectChange[],
    { from, to }: { readonly from: MeshView; readonly to: MeshView },
  ): ReadonlySet<Source> {
    const touched = new Set<Source>();
    const touch = (source: Source | undefined): void => {
      if (!source) return;
      source.value = undefined;
      touched.add(source);
    };
    for (const change of changes) {
      const { kind, before, after } = change;
      const { namespace = "", name } = (before ?? after)?.metadata ?? { name: "" };
      touch(this.lists.get(kind));
      touch(this.objects.get(kind)?.get(namespace)?.get(name));
      for (const [index, sources] of this.indexes) {
        for (const key of touchedKeys(index, change)) {
          touch(sources.get(key));
          const had = from.lookup(index, key).length > 0;
          if (had !== to.lookup(index, key).length > 0) touch(sources.get(ALL_KEYS));
        }
      }
    }
    return touched;
  }
}

function mapIn<K, L, V>(home: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = home.get(key);
  if (known) return known;
  const made = new Map<L, V>();
  home.set(key, made);
  return made;
}

function sourceIn<K>(home: Map<K, Source>, key: K): Source {
  const known = home.get(key);
  if (known) return known;
  const made = new Source();
  home.set(key, made);
  return made;
}

/** What readers read from. */
export interface Recorded {
  /** The newest snapshot, as far as it is seen. */
  readonly read: MeshView;
  readonly sources: Sources;
  /** A fact, computed when `value` is called first. */
  fact<T>(compute: (mesh: MeshView) => T): { readonly source: Source; value(): T };
}

/**
 * Something that is computed from a mesh and goes stale when what it read changes: the mesh as it
 * sees it, which notes what is read. What it reads later, through a function that it gave out, is
 * noted as well.
 */
export abstract class Reader implements MeshView {
  /** Most checks are over before they read anything. */
  hasRead = false;
  /** Whether nobody waits for it any more; another one stands in its place. */
  isForgotten = false;

  constructor(protected readonly mesh: Recorded) {}

  get version(): number {
    return this.mesh.read.version;
  }

  /** Not noted: a mesh keeps its other clusters. */
  get clusters(): Clusters {
    return this.mesh.read.clusters ?? NO_CLUSTERS;
  }

  list(kind: KindId): readonly KubeObject[] {
    this.mesh.sources.list(kind).add(this);
    return this.mesh.read.list(kind);
  }

  get(kind: KindId, namespace: string, name: string): KubeObject | undefined {
    const source = this.mesh.sources.object(kind, namespace, name);
    source.add(this);
    source.value ??= this.mesh.read.get(kind, namespace, name);
    return source.value as KubeObject | undefined;
  }

  lookup<T>(index: MeshIndex<T>, key: string): readonly T[] {
    const source = this.mesh.sources.entry(index, key);
    source.add(this);
    source.value ??= this.mesh.read.lookup(index, key);
    return source.value as readonly T[];
  }

  keys(index: MeshIndex<unknown>): Iterable<string> {
    this.mesh.sources.entry(index).add(this);
    return this.mesh.read.keys(index);
  }

  derive<T>(compute: (mesh: MeshView) => T): T {
    const fact = this.mesh.fact(compute);
    fact.source.add(this);
    return fact.value();
  }
}
