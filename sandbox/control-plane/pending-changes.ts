import type { KindId } from "@/lib/istio/kinds";
import type { Visibility } from "@/lib/istio/visibility";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { StoreEvent } from "@/sandbox/contracts";
import { pushedPart, routerScopeOf, scopeOf, widen } from "./change-scope";
import { pushedTypes, type XdsType } from "./xds-type";

/** The proxies of which namespaces must hear of something. */
export interface Audience {
  readonly sidecars: Visibility;
  /** Gateways and waypoints. */
  readonly routers: Visibility;
}

/** For each type, who must hear of the changes. */
export type Changes = ReadonlyMap<XdsType, Audience>;

const audienceOf = (kind: KindId, object: KubeObject): Audience => ({
  sidecars: scopeOf(kind, object),
  routers: routerScopeOf(kind, object),
});

const widened = (a: Audience | undefined, b: Audience): Audience =>
  a ? { sidecars: widen(a.sidecars, b.sidecars), routers: widen(a.routers, b.routers) } : b;

/** Gathers the changes between two pushes, and leaves out those that move nothing. */
export class PendingChanges {
  private readonly known = new Map<string, { readonly part: string; readonly scope: Audience }>();
  private pending = new Map<XdsType, Audience>();

  /** Takes what is in the mesh now as told. */
  constructor(mesh: MeshView, kinds: readonly KindId[]) {
    for (const kind of kinds) {
      for (const object of mesh.list(kind)) {
        if (pushedTypes(kind, object).length === 0) continue;
        this.known.set(`${kind}/${objectKey(object)}`, {
          part: pushedPart(kind, object),
          scope: audienceOf(kind, object),
        });
      }
    }
  }

  /** Whether the event changes what proxies hold. */
  add({ type, kind, object }: StoreEvent): boolean {
    if (!kind) return false;
    const types = pushedTypes(kind, object);
    if (types.length === 0) return false;
    const key = `${kind}/${objectKey(object)}`;
    const before = this.known.get(key);
    const scope = audienceOf(kind, object);
    if (type === "DELETED") this.known.delete(key);
    else {
      const part = pushedPart(kind, object);
      if (before?.part === part) return false;
      this.known.set(key, { part, scope });
    }
    // Who saw it before must hear that it is no longer his.
    const touched = widened(before?.scope, scope);
    for (const each of types) this.pending.set(each, widened(this.pending.get(each), touched));
    return true;
  }

  /** What was gathered; the next gathering starts empty. */
  take(): Changes {
    const taken = this.pending;
    this.pending = new Map();
    return taken;
  }
}
