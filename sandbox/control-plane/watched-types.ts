import { gatewaySpec } from "@/lib/istio/gateway";
import { isHttp, protocolOfName } from "@/lib/istio/protocol";
import { gatewaysOf } from "@/lib/mesh/gateways";
import type { MeshView } from "@/lib/mesh/view";
import { extensionsOf } from "./envoy/extensions";
import type { ProxyPod } from "./proxy-pod";
import type { XdsType } from "./xds-type";

/**
 * The types that a proxy asks istiod for. A gateway without an HTTP server wants no routes, and
 * only listeners that name an extension make a proxy ask for extensions.
 */
export function watchedTypes(pod: ProxyPod, mesh: MeshView): ReadonlySet<XdsType> {
  const types = new Set<XdsType>(["CDS", "EDS", "LDS"]);
  const routes =
    pod.type === "sidecar" ||
    gatewaysOf(mesh, pod).some((gateway) =>
      gatewaySpec(gateway).servers?.some(({ port, tls }) => {
        const protocol = protocolOfName(port?.protocol ?? "");
        if (!protocol) return false;
        const passed = tls?.mode === "PASSTHROUGH" || tls?.mode === "AUTO_PASSTHROUGH";
        return isHttp(protocol) || (protocol === "HTTPS" && !passed);
      }),
    );
  if (routes) types.add("RDS");
  const extended = mesh
    .list("TrafficExtension")
    .some(
      ({ metadata }) =>
        metadata.namespace === "istio-system" || metadata.namespace === pod.namespace,
    );
  if (extended || extensionsOf(pod, mesh).length > 0) types.add("ECDS");
  return types;
}
