import type { KindId } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type { ObjectStore, StoreEvent } from "@/sandbox/contracts";

type Objects = Map<string, KubeObject>;

const KINDS: ReadonlySet<KindId> = new Set(["Pod", "ReplicaSet", "Service", "Node"]);
const NONE: readonly KubeObject[] = [];

/**
 * What controllers look up, kept up to date change by change: to them a view of the whole cluster
 * after each of their own writes would cost more than the work itself.
 */
export class ObjectIndex {
  private readonly byOwner = new Map<string, Objects>();
  private readonly byNamespace = new Map<string, Objects>();
  private readonly known = new Map<string, KubeObject>();

  constructor(store: ObjectStore) {
    const mesh = store.view();
    for (const kind of KINDS) {
      for (const object of mesh.list(kind)) this.notice({ type: "ADDED", kind, object });
    }
  }

  /** Tell it each change before anything is looked up. */
  notice({ type, kind, object }: StoreEvent): void {
    if (!kind || !KINDS.has(kind)) return;
    const key = `${kind}/${objectKey(object)}`;
    const before = this.known.get(key);
    // A change keeps the place that the object has among those of its owner.
    if (before && type !== "DELETED" && sameOwners(before, object)) {
      for (const home of this.homesOf(kind, object)) home.set(key, object);
      this.known.set(key, object);
      return;
    }
    if (before) for (const home of this.homesOf(kind, before)) home.delete(key);
    this.known.delete(key);
    if (type === "DELETED") return;
    for (const home of this.homesOf(kind, object)) home.set(key, object);
    this.known.set(key, object);
  }

  /** Those that an owner's uid is named in, in the order in which they were made. */
  ownedBy(kind: "ReplicaSet" | "Pod", owner: KubeObject): readonly KubeObject[] {
    return listOf(this.byOwner.get(`${kind}/${owner.metadata.uid ?? ""}`));
  }

  /** Those of a namespace; nodes have the empty one. */
  inNamespace(kind: "Pod" | "Service" | "Node", namespace: string): readonly KubeObject[] {
    return listOf(this.byNamespace.get(`${kind}/${namespace}`));
  }

  private homesOf(kind: KindId, object: KubeObject): readonly Objects[] {
    return [
      homeIn(this.byNamespace, `${kind}/${object.metadata.namespace ?? ""}`),
      ...ownersOf(object).map((uid) => homeIn(this.byOwner, `${kind}/${uid}`)),
    ];
  }
}

const ownersOf = ({ metadata }: KubeObject): readonly string[] =>
  (metadata.ownerReferences ?? []).map(({ uid }) => uid);

const sameOwners = (a: KubeObject, b: KubeObject): boolean =>
  ownersOf(a).join() === ownersOf(b).join();

const listOf = (objects: Objects | undefined): readonly KubeObject[] =>
  objects && objects.size > 0 ? [...objects.values()] : NONE;

function homeIn(homes: Map<string, Objects>, key: string): Objects {
  let home = homes.get(key);
  if (!home) {
    home = new Map();
    homes.set(key, home);
  }
  return home;
}
