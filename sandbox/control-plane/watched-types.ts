import { gatewaySpec } from "@/lib/istio/gateway";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { ProxyPod } from "./proxy-pod";
import type { XdsType } from "./xds-type";

const HTTP_PROTOCOLS = new Set(["HTTP", "HTTP2", "GRPC", "HTTP_PROXY", "GRPC-WEB"]);

/** The Gateways whose selector takes in the pod. */
export const gatewaysOf = (pod: ProxyPod, mesh: MeshView): readonly KubeObject[] =>
  mesh.list("Gateway").filter((gateway) => {
    const selector = Object.entries(gatewaySpec(gateway).selector ?? {});
    return selector.every(([key, value]) => pod.labels[key] === value);
  });

/** Whether a server's protocol is one that Envoy routes by HTTP. */
export const isHttp = (protocol: string | undefined): boolean =>
  HTTP_PROTOCOLS.has((protocol ?? "").toUpperCase());

/**
 * The types that a proxy asks istiod for. A gateway without an HTTP server wants no routes, and
 * only listeners that name an extension make a proxy ask for extensions.
 */
export function watchedTypes(pod: ProxyPod, mesh: MeshView): ReadonlySet<XdsType> {
  const types = new Set<XdsType>(["CDS", "EDS", "LDS"]);
  const routes =
    pod.type === "sidecar" ||
    gatewaysOf(pod, mesh).some((gateway) =>
      gatewaySpec(gateway).servers?.some(
        ({ port, tls }) =>
          isHttp(port?.protocol) ||
          (port?.protocol?.toUpperCase() === "HTTPS" &&
            tls?.mode !== "PASSTHROUGH" &&
            tls?.mode !== "AUTO_PASSTHROUGH"),
      ),
    );
  if (routes) types.add("RDS");
  const extended = [...mesh.list("WasmPlugin"), ...mesh.list("TrafficExtension")].some(
    ({ metadata }) => metadata.namespace === "istio-system" || metadata.namespace === pod.namespace,
  );
  if (extended) types.add("ECDS");
  return types;
}
