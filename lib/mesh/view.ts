import { type KindId, kindIdOf } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";

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
  /** All objects of a kind, by creation in the order they were added. */
  list(kind: KindId): readonly KubeObject[];
  /** `namespace` is empty for kinds without namespaces. */
  get(kind: KindId, namespace: string, name: string): KubeObject | undefined;
  /** `compute(this)`, computed once for each view. Pass a function that is defined once. */
  derive<T>(compute: (mesh: MeshView) => T): T;
}

type Objects = ReadonlyMap<KindId, ReadonlyMap<string, KubeObject>>;

/** A view of `objects`; those of kinds that the registry does not know are left out. */
export function meshView(objects: Iterable<KubeObject>): MeshView {
  const byKind = new Map<KindId, Map<string, KubeObject>>();
  for (const object of objects) {
    const kind = kindIdOf(object);
    if (!kind) continue;
    const ofKind = byKind.get(kind) ?? new Map<string, KubeObject>();
    ofKind.set(objectKey(object), object);
    byKind.set(kind, ofKind);
  }
  return viewOf(byKind, 1);
}

/** The view after `changes`; cost is that of the kinds that changed. */
export function applyChanges(view: MeshView, changes: readonly MeshChange[]): MeshView {
  const before = (view as View).objects;
  const byKind = new Map<KindId, ReadonlyMap<string, KubeObject>>(before);
  const copied = new Map<KindId, Map<string, KubeObject>>();
  for (const { type, kind, object } of changes) {
    const ofKind = copied.get(kind) ?? new Map(before.get(kind));
    if (type === "put") ofKind.set(objectKey(object), object);
    else ofKind.delete(objectKey(object));
    copied.set(kind, ofKind);
    byKind.set(kind, ofKind);
  }
  return viewOf(byKind, view.version + 1);
}

interface View extends MeshView {
  readonly objects: Objects;
}

function viewOf(objects: Objects, version: number): View {
  const derived = new Map<unknown, unknown>();
  const lists = new Map<KindId, readonly KubeObject[]>();
  const view: View = {
    objects,
    version,
    list(kind) {
      const known = lists.get(kind);
      if (known) return known;
      const list = [...(objects.get(kind)?.values() ?? [])];
      lists.set(kind, list);
      return list;
    },
    get: (kind, namespace, name) =>
      objects.get(kind)?.get(namespace ? `${namespace}/${name}` : name),
    derive<T>(compute: (mesh: MeshView) => T): T {
      if (!derived.has(compute)) derived.set(compute, compute(view));
      return derived.get(compute) as T;
    },
  };
  return view;
}
