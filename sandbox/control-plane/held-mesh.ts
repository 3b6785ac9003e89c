import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { homeType, XDS_TYPES, type XdsType } from "./xds-type";

/** By type, the mesh from which the resources that a proxy holds were made. */
export type HeldMeshes = Readonly<Record<XdsType, MeshView>>;

const REMEMBERED = 256;

/**
 * Turns what a proxy holds, which may be of several times, into one MeshView. Proxies that hold
 * the same share one view, and so what was derived from it.
 */
export function heldMeshFactory(): (held: HeldMeshes) => MeshView {
  const known = new Map<string, MeshView>();
  let count = 0;
  return (held) => {
    if (XDS_TYPES.every((type) => held[type] === held.CDS)) return held.CDS;
    const key = XDS_TYPES.map((type) => held[type].version).join("/");
    const view = known.get(key) ?? mixedView(held, -++count);
    // The oldest goes first: proxies that still hold it keep it themselves.
    known.delete(key);
    known.set(key, view);
    for (const oldest of known.keys()) {
      if (known.size <= REMEMBERED) break;
      known.delete(oldest);
    }
    return view;
  };
}

/** @param version below zero, so that it is never taken for a version of the store */
function mixedView(held: HeldMeshes, version: number): MeshView {
  const derived = new Map<unknown, unknown>();
  const view: MeshView = {
    version,
    list: (kind: KindId): readonly KubeObject[] => held[homeType(kind)].list(kind),
    get: (kind, namespace, name) => held[homeType(kind)].get(kind, namespace, name),
    derive<T>(compute: (mesh: MeshView) => T): T {
      if (!derived.has(compute)) derived.set(compute, compute(view));
      return derived.get(compute) as T;
    },
  };
  return view;
}
