import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject, ObjectMeta } from "@/lib/k8s/object";
import { contentConditions } from "./namespace-conditions";
import { dying } from "./object-lifecycle";
import type { ResourceType } from "./resource-type";
import type { Storage, StoredObject } from "./storage";
import type { TypeRegistry } from "./type-registry";

/** What happens to the objects that the deleted one owns; undefined: what its finalizers say. */
export type Propagation = "Background" | "Foreground" | "Orphan";

/** The object waits until those that block its deletion are gone. */
const FOREGROUND = "foregroundDeletion";
/** The object waits until nobody names it as owner any more. */
const ORPHAN = "orphan";
const NAMESPACES = "namespaces";

/**
 * What the API server, the garbage collector and the namespace controller do with objects that go:
 * finalizers hold them, owners take their dependents along, a namespace its content.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/ and the namespace
 * lifecycle of Kubernetes' design documents. The controllers act at once here.
 */
export class ObjectDeletion {
  private readonly emptying = new Set<string>();

  constructor(
    private readonly storage: Storage,
    private readonly types: TypeRegistry,
    private readonly now: () => number,
  ) {}

  /** Deletes the object, or marks it as dying while something holds it. */
  delete(
    type: ResourceType,
    live: KubeObject,
    {
      dryRun,
      propagation,
    }: { readonly dryRun: boolean; readonly propagation: Propagation | undefined },
  ): { object: KubeObject; gone: boolean } {
    const finalizers = finalizersFor(live, propagation);
    if (finalizers.length === 0 && !isHeldNamespace(type, live)) {
      if (dryRun) return { object: live, gone: true };
      return { object: this.remove(type, live) ?? live, gone: true };
    }
    const isNew = live.metadata.deletionTimestamp === undefined;
    if (!isNew && sameTexts(finalizers, live.metadata.finalizers))
      return { object: live, gone: false };
    const marked = marking(type, isNew ? dying(live, this.now()) : live, finalizers);
    if (dryRun) return { object: marked, gone: false };
    const stored = this.storage.put(type.key, marked);
    this.advance(type, stored);
    return { object: stored, gone: false };
  }

  /** Removes an object that nothing holds any more, and does what follows from that. */
  remove(type: ResourceType, object: KubeObject): KubeObject | undefined {
    const last = this.storage.remove(type.key, object);
    if (!last) return undefined;
    const { uid, ownerReferences = [], namespace } = object.metadata;
    if (uid) for (const dependent of this.storage.dependentsOf(uid)) this.dispose(dependent, uid);
    for (const owner of ownerReferences) this.unblock(owner.uid);
    if (namespace !== undefined) this.contentGone(namespace);
    return last;
  }

  /** Tells that an object was written: an owner that waits for it may have lost it. */
  written(before: KubeObject, after: KubeObject): void {
    const owners = new Set(after.metadata.ownerReferences?.map(({ uid }) => uid));
    for (const { uid } of before.metadata.ownerReferences ?? []) {
      if (!owners.has(uid)) this.unblock(uid);
    }
  }

  /** Whether nothing holds a dying object any more. */
  isReleased(type: ResourceType, object: KubeObject): boolean {
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    return Boolean(deletionTimestamp) && finalizers.length === 0 && !isHeldNamespace(type, object);
  }

  /** What the controllers do for an object whose deletion has begun. */
  private advance(type: ResourceType, object: KubeObject): void {
    const { uid = "", name, finalizers = [] } = object.metadata;
    if (type.key === NAMESPACES) this.emptyNamespace(name);
    if (finalizers.includes(ORPHAN)) {
      for (const dependent of this.storage.dependentsOf(uid)) this.disown(dependent, uid);
      this.dropFinalizer(uid, ORPHAN);
    }
    if (finalizers.includes(FOREGROUND)) {
      for (const dependent of this.storage.dependentsOf(uid)) this.dispose(dependent, uid);
      this.unblock(uid);
    }
  }

  /** One owner of a dependent is gone or waits for it: it goes too, unless another one keeps it. */
  private dispose({ key, object }: StoredObject, owner: string): void {
    const type = this.types.byKey(key);
    const { namespace = "", name, uid = "", ownerReferences = [] } = object.metadata;
    const live = this.storage.get(key, namespace, name);
    if (!type || !live) return;
    if (ownerReferences.some((other) => other.uid !== owner && this.isSolid(other.uid))) {
      this.disown({ key, object: live }, owner);
      return;
    }
    const own = this.storage.dependentsOf(uid);
    // Owners that wait for each other in a circle would wait for ever.
    const circle = own.some((dependent) => waits(dependent.object));
    const waited = this.storage.ofUid(owner);
    const foreground = waited && waits(waited.object) && own.length > 0 && !circle;
    const propagation = foreground ? "Foreground" : circle ? "Background" : undefined;
    this.delete(type, live, { dryRun: false, propagation });
  }

  private disown({ key, object }: StoredObject, owner: string): void {
    const { namespace = "", name } = object.metadata;
    const live = this.storage.get(key, namespace, name);
    if (!live) return;
    const { ownerReferences = [], ...metadata } = live.metadata;
    const others = ownerReferences.filter(({ uid }) => uid !== owner);
    this.storage.put(key, {
      ...live,
      metadata: { ...metadata, ...(others.length > 0 ? { ownerReferences: others } : {}) },
    });
  }

  /** Whether an owner is there and does not itself wait for its dependents to go. */
  private isSolid(uid: string): boolean {
    const owner = this.storage.ofUid(uid);
    return owner !== undefined && !waits(owner.object);
  }

  /** Lets an owner go that waits for its dependents, once none blocks it. */
  private unblock(uid: string): void {
    const owner = this.storage.ofUid(uid);
    if (!owner || !waits(owner.object)) return;
    const isBlocked = this.storage
      .dependentsOf(uid)
      .some(({ object }) =>
        object.metadata.ownerReferences?.some(
          (reference) => reference.uid === uid && reference.blockOwnerDeletion === true,
        ),
      );
    if (!isBlocked) this.dropFinalizer(uid, FOREGROUND);
  }

  private dropFinalizer(uid: string, finalizer: string): void {
    const found = this.storage.ofUid(uid);
    const type = found && this.types.byKey(found.key);
    if (!found || !type) return;
    const finalizers = (found.object.metadata.finalizers ?? []).filter(
      (text) => text !== finalizer,
    );
    const next = marking(type, found.object, finalizers);
    if (this.isReleased(type, next)) this.remove(type, next);
    else this.storage.put(type.key, next);
  }

  private contentGone(namespace: string): void {
    const live = this.storage.get(NAMESPACES, "", namespace);
    if (live?.metadata.deletionTimestamp) this.emptyNamespace(namespace);
  }

  /** Deletes what a namespace holds, and the namespace once nothing is left; else it says what is. */
  private emptyNamespace(namespace: string): void {
    const type = this.types.byKey(NAMESPACES);
    if (!type || this.emptying.has(namespace)) return;
    this.emptying.add(namespace);
    try {
      for (const { type: kind, object } of this.contentOf(namespace)) {
        const live = this.storage.get(kind.key, namespace, object.metadata.name);
        // An owner deleted a moment ago may have taken it along already.
        if (live) this.delete(kind, live, { dryRun: false, propagation: undefined });
      }
    } finally {
      this.emptying.delete(namespace);
    }
    const live = this.storage.get(NAMESPACES, "", namespace);
    if (!live) return;
    const left = this.contentOf(namespace);
    const next =
      left.length > 0
        ? withConditions(live, contentConditions(left, this.now()))
        : withoutFinalizer(live);
    if (this.isReleased(type, next)) this.remove(type, next);
    else if (next !== live) this.storage.put(NAMESPACES, next);
  }

  private contentOf(namespace: string): { type: ResourceType; object: KubeObject }[] {
    return this.types
      .all()
      .filter(({ namespaced }) => namespaced)
      .flatMap((type) =>
        this.storage
          .list(type.key)
          .filter(({ metadata }) => metadata.namespace === namespace)
          .map((object) => ({ type, object })),
      );
  }
}

/** Whether an object's deletion waits for its dependents. */
const waits = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(FOREGROUND);

/** The finalizers of an object that is deleted so: at most one says what becomes of its dependents. */
function finalizersFor(
  { metadata: { finalizers = [] } }: KubeObject,
  propagation: Propagation | undefined,
): readonly string[] {
  if (propagation === undefined) return finalizers;
  const others = finalizers.filter((text) => text !== FOREGROUND && text !== ORPHAN);
  if (propagation === "Foreground") return [...others, FOREGROUND];
  return propagation === "Orphan" ? [...others, ORPHAN] : others;
}

const sameTexts = (a: readonly string[], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index]);

const recordOf = (value: unknown) => (isRecord(value) ? value : {});

/** The finalizers of its content, which are in a namespace's spec. */
function isHeldNamespace(type: ResourceType, object: KubeObject): boolean {
  if (type.key !== NAMESPACES) return false;
  const { finalizers } = recordOf(object.spec);
  return Array.isArray(finalizers) && finalizers.length > 0;
}

function marking(
  type: ResourceType,
  object: KubeObject,
  finalizers: readonly string[],
): KubeObject {
  const { finalizers: _, ...metadata } = object.metadata;
  const marked = {
    ...object,
    metadata: { ...metadata, ...(finalizers.length > 0 ? { finalizers } : {}) } as ObjectMeta,
  };
  if (type.key !== NAMESPACES) return marked;
  return { ...marked, status: { ...recordOf(object.status), phase: "Terminating" } };
}

/** `kubernetes`: held until the namespace's content is gone. */
function withoutFinalizer(namespace: KubeObject): KubeObject {
  const { finalizers, ...spec } = recordOf(namespace.spec);
  if (!Array.isArray(finalizers) || !finalizers.includes("kubernetes")) return namespace;
  const others = finalizers.filter((text) => text !== "kubernetes");
  return { ...namespace, spec: { ...spec, ...(others.length > 0 ? { finalizers: others } : {}) } };
}

const withConditions = (namespace: KubeObject, conditions: readonly unknown[]): KubeObject => ({
  ...namespace,
  status: { ...recordOf(namespace.status), conditions },
});
