import { reachOfObject } from "@/lib/analysis/reach";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";

/**
 * `pod.namespace` of the proxies that a stored object applies to; undefined where that cannot be
 * told: the object is gone, or its kind does not say whom it concerns.
 */
export function proxiesReachedBy(
  mesh: MeshView,
  { kind, namespace, name }: ObjectRef,
): ReadonlySet<string> | undefined {
  const object = mesh.get(kind, namespace, name);
  const reach = object && reachOfObject(object, mesh);
  return reach && new Set(reach.proxies.map((proxy) => `${proxy.name}.${proxy.namespace}`));
}
