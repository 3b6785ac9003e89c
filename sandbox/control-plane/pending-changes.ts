import type { KindId } from "@/lib/istio/kinds";
import type { Visibility } from "@/lib/istio/visibility";
import { objectKey } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { StoreEvent } from "@/sandbox/contracts";
import { pushedPart, scopeOf, widen } from "./change-scope";
import { pushedTypes, type XdsType } from "./xds-type";

/** For one type, whose proxies must hear of the changes. */
export type Changes = ReadonlyMap<XdsType, Visibility>;

/** Gathers the changes between two pushes, and leaves out those that move nothing. */
export class PendingChanges {
  private readonly known = new Map<string, { readonly part: string; readonly scope: Visibility }>();
  private pending = new Map<XdsType, Visibility>();

  /** Takes what is in the mesh now as told. */
  constructor(mesh: MeshView, kinds: readonly KindId[]) {
    for (const kind of kinds) {
      for (const object of mesh.list(kind)) {
        if (pushedTypes(kind, object).length === 0) continue;
        this.known.set(`${kind}/${objectKey(object)}`, {
          part: pushedPart(kind, object),
          scope: scopeOf(kind, object),
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
    const scope = scopeOf(kind, object);
    if (type === "DELETED") this.known.delete(key);
    else {
      const part = pushedPart(kind, object);
      if (before?.part === part) return false;
      this.known.set(key, { part, scope });
    }
    // Who saw it before must hear that it is no longer his.
    const touched = before ? widen(before.scope, scope) : scope;
    for (const each of types) {
      const already = this.pending.get(each);
      this.pending.set(each, already ? widen(already, touched) : touched);
    }
    return true;
  }

  /** What was gathered; the next gathering starts empty. */
  take(): Changes {
    const taken = this.pending;
    this.pending = new Map();
    return taken;
  }
}
