import type { RegistryService } from "@/lib/mesh/registry";
import { sidecarScopes } from "@/lib/mesh/sidecar-scope";
import type { MeshVirtualService } from "@/lib/mesh/virtual-services";
import type { MeshView } from "@/lib/mesh/view";
import type { ProxyPod } from "./proxy-pod";

/** What a proxy may see of the mesh. */
export interface ProxyScope {
  /** By host; where two have the same, the one that the proxy prefers. */
  readonly services: readonly RegistryService[];
  /** In istiod's order of preference. */
  readonly virtualServices: readonly MeshVirtualService[];
  readonly outbound: "ALLOW_ANY" | "REGISTRY_ONLY";
}

/** What the proxy of `pod` may see, by exportTo and, for sidecars, by its Sidecar. */
export function proxyScope(pod: ProxyPod, mesh: MeshView): ProxyScope {
  // A gateway is not limited by Sidecars: labels that no selector takes stand for it.
  const workload = pod.type === "router" ? { ...pod, namespace: pod.namespace, labels: {} } : pod;
  const scope = mesh.derive(sidecarScopes)(workload);
  const services = new Map<string, RegistryService>();
  const virtualServices = new Set<MeshVirtualService>();
  for (const egress of scope.egress) {
    for (const [host, service] of egress.services) services.set(host, service);
    for (const service of egress.virtualServices) virtualServices.add(service);
  }
  return {
    services: [...services.values()].sort((a, b) => a.host.localeCompare(b.host)),
    virtualServices: [...virtualServices],
    outbound: scope.outbound,
  };
}
