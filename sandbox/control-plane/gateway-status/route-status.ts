import { serviceFqdn } from "@/lib/istio/host";
import { type BackendReference, httpRouteSpec, type ParentReference } from "@/lib/istio/http-route";
import { kubernetesGatewaySpec } from "@/lib/istio/kubernetes-gateway";
import type { KubeObject } from "@/lib/k8s/object";
import { attachments, isGranted } from "@/lib/mesh/route-attachments";
import type { MeshView } from "@/lib/mesh/view";
import { type Condition, fails, holds } from "./condition";
import { isHandled } from "./gateway-status";

/** What istiod says of a route at one of its parents. */
export interface ParentStatus {
  readonly parentRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
}

const CONTROLLER = "istio.io/gateway-controller";

/**
 * What istiod says of a route: one entry for each parent that it knows. Of a Gateway that is not there,
 * or somebody else's, it says nothing. Source: statuses that a real one wrote.
 */
export const routeStatus = (mesh: MeshView, route: KubeObject): readonly ParentStatus[] =>
  (httpRouteSpec(route).parentRefs ?? []).flatMap((parent) => {
    const accepted = acceptedBy(mesh, route, parent);
    if (!accepted) return [];
    const isGateway = (parent.kind ?? "Gateway") === "Gateway";
    const parentRef = isGateway
      ? { group: "gateway.networking.k8s.io", kind: "Gateway", ...parent }
      : parent;
    const conditions = [accepted, resolved(mesh, route, isGateway)];
    return [{ parentRef, controllerName: CONTROLLER, conditions }];
  });

const VALID = holds("Accepted", "Accepted", "Route was valid");

function acceptedBy(
  mesh: MeshView,
  route: KubeObject,
  parent: ParentReference,
): Condition | undefined {
  const own = route.metadata.namespace ?? "";
  const { kind = "Gateway", name = "", namespace = own, sectionName, port } = parent;
  if (kind !== "Gateway") {
    const known =
      kind === "Service" || kind === "ServiceEntry" ? mesh.get(kind, namespace, name) : undefined;
    const what = kind === "Service" ? "service" : "service entry";
    return known ? VALID : fails("Accepted", "NotAccepted", `parent ${what}: "${name}" not found`);
  }
  const gateway = mesh.get("KubernetesGateway", namespace, name);
  if (!gateway || !isHandled(gateway)) return undefined;
  const { hostnames = [] } = httpRouteSpec(route);
  if (attachments(mesh, route, parent, hostnames).length > 0) return VALID;
  const { listeners = [] } = kubernetesGatewaySpec(gateway);
  const each = (why: string): string => listeners.map(() => why).join("; ");
  if (sectionName && !listeners.some((listener) => listener.name === sectionName)) {
    return fails("Accepted", "NoMatchingParent", each(`sectionName "${sectionName}" not found`));
  }
  if (port !== undefined && !listeners.some((listener) => listener.port === port)) {
    return fails("Accepted", "NoMatchingParent", each(`port ${port} not found`));
  }
  const wanted = listeners.find((listener) => !sectionName || listener.name === sectionName);
  const hostname = wanted?.hostname ?? "";
  // Whether it is the name or the namespace shows where the route is allowed from anywhere.
  const anywhere = mesh.list("Namespace").length > 0 && hostMatches(mesh, route, parent, namespace);
  if (!anywhere) {
    const why = `no hostnames matched parent hostname "${hostname}"`;
    return fails("Accepted", "NoMatchingListenerHostname", why);
  }
  const why = `hostnames matched parent hostname "${hostname}", but namespace "${own}" is not allowed by the parent`;
  return fails("Accepted", "NotAllowedByListeners", why);
}

/** Whether a route of the gateway's own namespace would have a place. */
function hostMatches(
  mesh: MeshView,
  route: KubeObject,
  parent: ParentReference,
  namespace: string,
): boolean {
  const { hostnames = [] } = httpRouteSpec(route);
  const moved = { ...route, metadata: { ...route.metadata, namespace } };
  return attachments(mesh, moved, { ...parent, namespace }, hostnames).length > 0;
}

function resolved(mesh: MeshView, route: KubeObject, isGateway: boolean): Condition {
  const own = route.metadata.namespace ?? "";
  const backends = (httpRouteSpec(route).rules ?? []).flatMap(
    ({ backendRefs = [] }): readonly BackendReference[] => backendRefs,
  );
  for (const backend of backends) {
    const { name = "", namespace = own } = backend;
    if (isGateway && !isGranted(mesh, backend, route)) {
      const why = `backendRef ${name}/${namespace} not accessible to a ${route.kind} in namespace "${own}" (missing a ReferenceGrant?)`;
      return fails("ResolvedRefs", "RefNotPermitted", why);
    }
  }
  for (const { kind = "Service", name = "", namespace = own } of backends) {
    if (kind !== "Service" || mesh.get("Service", namespace, name)) continue;
    const why = `backend(${serviceFqdn(name, namespace)}) not found`;
    return fails("ResolvedRefs", "BackendNotFound", why);
  }
  return holds("ResolvedRefs", "ResolvedRefs", "All references resolved");
}
