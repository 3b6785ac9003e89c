import { weakMemo } from "@/lib/base/weak-memo";
import { resolveGateways } from "@/lib/istio/gateway-ref";
import { resolveHost } from "@/lib/istio/host";
import { virtualServiceSpec, type VirtualServiceSpec } from "@/lib/istio/virtual-service";
import { isVisibleTo, type Visibility, visibilityOf } from "@/lib/istio/visibility";
import { compareCreation } from "@/lib/k8s/creation-order";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "./mesh-config";
import type { MeshView } from "./view";

/** A VirtualService with its names resolved. */
export interface MeshVirtualService {
  readonly object: KubeObject;
  readonly name: string;
  readonly namespace: string;
  readonly spec: VirtualServiceSpec;
  /** Fully qualified, lower case. Empty for a delegate. */
  readonly hosts: readonly string[];
  /** `namespace/name` of Gateways, or `mesh`. */
  readonly gateways: readonly string[];
}

/** All VirtualServices in the order in which istiod prefers them. */
export interface VirtualServices {
  readonly all: readonly MeshVirtualService[];
  /** Who sees one. */
  visibility(service: MeshVirtualService): Visibility;
  /**
   * Those that a client of `namespace` sees: its own namespace's private ones, then those exported
   * to it, then the public ones; in each part the oldest first. Delegates are among them.
   */
  visibleTo(namespace: string): readonly MeshVirtualService[];
  /** By namespace and name, seen or not. */
  get(namespace: string, name: string): MeshVirtualService | undefined;
}

/** The VirtualServices of a mesh. Use with `mesh.derive`. */
export function virtualServices(mesh: MeshView): VirtualServices {
  const defaults = mesh.derive(meshConfig).defaultVirtualServiceExportTo;
  const all = [...mesh.list("VirtualService")].sort(compareCreation).map(resolved);
  const visibility = (service: MeshVirtualService) =>
    visibilityOf(service.spec.exportTo, service.namespace, defaults);
  const seen = new Map<string, readonly MeshVirtualService[]>();
  return {
    all,
    visibility,
    visibleTo(namespace) {
      const known = seen.get(namespace);
      if (known) return known;
      const rank = (service: MeshVirtualService): number => {
        const visible = visibility(service);
        if (visible === "*") return 2;
        return visible.size === 1 && service.namespace === namespace ? 0 : 1;
      };
      const visible = all
        .filter((service) => isVisibleTo(visibility(service), namespace))
        .map((service) => ({ service, rank: rank(service) }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ service }) => service);
      seen.set(namespace, visible);
      return visible;
    },
    get(namespace, name) {
      const object = mesh.get("VirtualService", namespace, name);
      return object && resolved(object);
    },
  };
}

const resolved = weakMemo((object: KubeObject): MeshVirtualService => {
  const spec = virtualServiceSpec(object);
  const { name, namespace = "" } = object.metadata;
  return {
    object,
    name,
    namespace,
    spec,
    hosts: (spec.hosts ?? []).map((host) => resolveHost(host, namespace).toLowerCase()),
    gateways: resolveGateways(spec.gateways, namespace),
  };
});
