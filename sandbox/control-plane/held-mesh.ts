import { combinedView, type MeshView } from "@/lib/mesh/view";
import { homeType, XDS_TYPES, type XdsType } from "./xds-type";

/** By type, the mesh from which the resources that a proxy holds were made. */
export type HeldMeshes = Readonly<Record<XdsType, MeshView>>;

/** Each holds what was derived from it. */
const REMEMBERED = 16;

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
    // A version below zero is never taken for one of the store.
    const view = known.get(key) ?? combinedView((kind) => held[homeType(kind)], -++count);
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
