import type { KindId } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { type MeshIndex, type ObjectChange, touchedKeys } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";

/** Something that was computed from a mesh and goes stale when what it read changes. */
export interface Reader {
  /** What it read; none yet where absent: most checks are over before they read anything. */
  reads: Source[] | undefined;
}

/** One thing that can be read of a mesh: a kind, an object, a key of an index, a fact. */
export class Source {
  readonly readers = new Set<Reader>();

  add(reader: Reader): void {
    if (this.readers.has(reader)) return;
    this.readers.add(reader);
    (reader.reads ??= []).push(this);
  }
}

/** Ends what a reader waits for. */
export function forget(reader: Reader): void {
  for (const source of reader.reads ?? []) source.readers.delete(reader);
  reader.reads = undefined;
}

/** Stands for the set of an index's keys, among its keys. */
const ALL_KEYS = Symbol("all keys");

/** Everything that was read of a mesh, and who read it. */
export class Sources {
  private readonly lists = new Map<KindId, Source>();
  private readonly objects = new Map<string, Source>();
  private readonly indexes = new Map<MeshIndex<unknown>, Map<unknown, Source>>();

  list = (kind: KindId): Source => sourceIn(this.lists, kind);

  object = (kind: KindId, key: string): Source => sourceIn(this.objects, `${kind} ${key}`);

  entry(index: MeshIndex<unknown>, key: string | typeof ALL_KEYS = ALL_KEYS): Source {
    const known = this.indexes.get(index);
    const sources = known ?? new Map<unknown, Source>();
    if (!known) this.indexes.set(index, sources);
    return sourceIn(sources, key);
  }

  /** What is touched when `from` becomes `to` by `changes`. */
  touched(
    changes: readonly ObjectChange[],
    { from, to }: { readonly from: MeshView; readonly to: MeshView },
  ): ReadonlySet<Source> {
    const touched = new Set<Source>();
    const touch = (source: Source | undefined) => source && touched.add(source);
    for (const change of changes) {
      const { kind, before, after } = change;
      const object = before ?? after;
      touch(this.lists.get(kind));
      if (object) touch(this.objects.get(`${kind} ${objectKey(object)}`));
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

function sourceIn<K>(home: Map<K, Source>, key: K): Source {
  const known = home.get(key);
  if (known) return known;
  const made = new Source();
  home.set(key, made);
  return made;
}

/** What a recorder reads from. */
export interface Recorded {
  /** The newest snapshot. */
  readonly view: MeshView;
  readonly sources: Sources;
  /** A fact, computed when `value` is called first. */
  fact<T>(compute: (mesh: MeshView) => T): { readonly source: Source; value(): T };
}

/**
 * The mesh as one reader sees it: notes what is read. A fact keeps its recorder, so what it reads
 * later, through a function that it gave out, is noted as well.
 */
export class Recorder implements MeshView {
  constructor(
    private readonly mesh: Recorded,
    private readonly reader: Reader,
  ) {}

  get version(): number {
    return this.mesh.view.version;
  }

  list(kind: KindId): readonly KubeObject[] {
    this.mesh.sources.list(kind).add(this.reader);
    return this.mesh.view.list(kind);
  }

  get(kind: KindId, namespace: string, name: string): KubeObject | undefined {
    this.mesh.sources.object(kind, namespace ? `${namespace}/${name}` : name).add(this.reader);
    return this.mesh.view.get(kind, namespace, name);
  }

  lookup<T>(index: MeshIndex<T>, key: string): readonly T[] {
    this.mesh.sources.entry(index, key).add(this.reader);
    return this.mesh.view.lookup(index, key);
  }

  keys(index: MeshIndex<unknown>): Iterable<string> {
    this.mesh.sources.entry(index).add(this.reader);
    return this.mesh.view.keys(index);
  }

  derive<T>(compute: (mesh: MeshView) => T): T {
    const fact = this.mesh.fact(compute);
    fact.source.add(this.reader);
    return fact.value();
  }
}
