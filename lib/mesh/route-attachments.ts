import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { hostsOverlap, serviceFqdn } from "@/lib/istio/host";
import type { BackendReference, ParentReference } from "@/lib/istio/http-route";
import { kubernetesGatewaySpec, type Listener } from "@/lib/istio/kubernetes-gateway";
import type { KindId } from "@/lib/istio/kinds";
import { serviceEntrySpec } from "@/lib/istio/service-entry";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";
import { internalGatewayName, listenerNamespaces } from "./kubernetes-gateways";
import type { MeshView } from "./view";

/** The kinds that decide where routes are attached and what they may send to. */
export const ATTACHMENT_KINDS: readonly KindId[] = [
  "Service",
  "ServiceEntry",
  "KubernetesGateway",
  "Namespace",
  "ReferenceGrant",
];

/** A place where a route of the Gateway API is attached. */
export interface Attachment {
  /** `namespace/name` of the Gateway that istiod makes of a listener, or `mesh`. */
  readonly gateway: string;
  readonly hosts: readonly string[];
  /** Of a Service's port alone; undefined for all. */
  readonly port: number | undefined;
  /** Of the listener; undefined for any. */
  readonly hostname: string | undefined;
  /** Equal for places whose routes are merged. */
  readonly key: string;
}

/** The places where a route is attached by one of its parents. Source: istiod's computeRoute. */
export function attachments(
  mesh: MeshView,
  route: KubeObject,
  parent: ParentReference,
  hostnames: readonly string[],
): readonly Attachment[] {
  const own = route.metadata.namespace ?? "";
  const { kind = "Gateway", name = "", namespace = own, port } = parent;
  const key = port === undefined ? own : `${own}/${port}`;
  const inMesh = { gateway: MESH_GATEWAY, port, key, hostname: undefined };
  if (kind === "Service" && (parent.group ?? "core") !== "gateway.networking.k8s.io") {
    if (!mesh.get("Service", namespace, name)) return [];
    return [{ ...inMesh, hosts: [serviceFqdn(name, namespace)] }];
  }
  if (kind === "ServiceEntry") {
    const entry = mesh.get("ServiceEntry", namespace, name);
    return [{ ...inMesh, hosts: entry ? (serviceEntrySpec(entry).hosts ?? []) : [] }];
  }
  const gateway = kind === "Gateway" && mesh.get("KubernetesGateway", namespace, name);
  if (!gateway) return [];
  const wanted = hostnames.length > 0 ? hostnames : ["*"];
  return (kubernetesGatewaySpec(gateway).listeners ?? []).flatMap((listener): Attachment[] => {
    if (parent.sectionName && parent.sectionName !== listener.name) return [];
    if (port !== undefined && port !== listener.port) return [];
    if (!takesKind(listener, route.kind)) return [];
    if (!wanted.some((host) => hostsOverlap(host, listener.hostname || "*"))) return [];
    const from = listenerNamespaces(mesh, gateway, listener);
    if (from !== "*" && !from.includes(own)) return [];
    const internal = `${namespace}/${internalGatewayName(name, listener)}`;
    const { hostname } = listener;
    return [{ gateway: internal, hosts: wanted, port: undefined, key: internal, hostname }];
  });
}

/** Which routes the protocol of a listener can carry, as far as the listener lets them. */
function takesKind({ protocol, tls, allowedRoutes }: Listener, kind: string): boolean {
  const allowed = allowedRoutes?.kinds;
  if (allowed?.length && !allowed.some((one) => one.kind === kind)) return false;
  switch (protocol) {
    case "TCP":
      return kind === "TCPRoute";
    case "TLS":
      return kind === "TLSRoute" || (kind === "TCPRoute" && tls?.mode !== "Passthrough");
    default:
      return kind === "HTTPRoute" || kind === "GRPCRoute";
  }
}

/** Whether a backend lies in the route's namespace, or a ReferenceGrant of its own lets it be used. */
export function isGranted(mesh: MeshView, backend: BackendReference, route: KubeObject): boolean {
  const from = route.metadata.namespace ?? "";
  const { namespace = from, kind = "Service", name } = backend;
  if (namespace === from) return true;
  return mesh.list("ReferenceGrant").some((grant) => {
    if (grant.metadata.namespace !== namespace) return false;
    const spec = specOf<{ readonly from?: unknown; readonly to?: unknown }>(grant);
    const entries = (list: unknown) => (Array.isArray(list) ? list.filter(isRecord) : []);
    return (
      entries(spec.from).some((one) => one["kind"] === route.kind && one["namespace"] === from) &&
      entries(spec.to).some(
        (one) => one["kind"] === kind && (one["name"] === undefined || one["name"] === name),
      )
    );
  });
}
