import { groupBy } from "@/lib/base/group-by";
import { WAYPOINT_CLASS } from "@/lib/istio/ambient";
import type { PolicyTarget } from "@/lib/istio/policy-target";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";
import type { Arrival } from "@/lib/mesh/arrival";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";

type Workload = Pick<Arrival, "namespace" | "labels" | "type" | "service">;
type PolicyKind = "AuthorizationPolicy" | "RequestAuthentication";

/**
 * Finds the policies of a kind that go for a workload: those of the root namespace, then those of
 * its own, the oldest first in each; at a waypoint those of the service's namespace too. Source: istiod's ShouldAttachPolicy.
 */
export function selectedPolicies(
  mesh: MeshView,
  kind: PolicyKind,
): (workload: Workload) => readonly KubeObject[] {
  const { rootNamespace } = mesh.derive(meshConfig);
  const byNamespace = groupBy(
    [...mesh.list(kind)].sort(compareCreation),
    ({ metadata }) => metadata.namespace ?? "",
  );
  return (workload) => {
    const ofService = workload.type === "waypoint" ? workload.service?.namespace : undefined;
    const namespaces = new Set([rootNamespace, workload.namespace, ofService ?? rootNamespace]);
    const policies = [...namespaces].flatMap((namespace) => byNamespace.get(namespace) ?? []);
    return workload.type === "waypoint"
      ? policies.filter((policy) => goesForWaypoint(policy, workload, rootNamespace))
      : policies.filter((policy) => goesFor(policy, workload));
  };
}

const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

/** Gateways of the Gateway API are named by reference; all else is selected by labels. */
function goesFor(policy: KubeObject, { namespace, labels }: Workload): boolean {
  const { selector } = specOf<PolicyTarget>(policy);
  const references = referencesOf(policy);
  if (references.length === 0) return hasLabels(labels, selector?.matchLabels ?? {});
  const gateway = labels[GATEWAY_NAME];
  if (gateway === undefined || policy.metadata.namespace !== namespace) return false;
  return references.some(
    (reference) =>
      reference.kind === "Gateway" &&
      reference.group === "gateway.networking.k8s.io" &&
      reference.name === gateway &&
      (!reference.namespace || reference.namespace === namespace),
  );
}

function referencesOf(policy: KubeObject): NonNullable<PolicyTarget["targetRefs"]> {
  const { targetRef, targetRefs } = specOf<PolicyTarget>(policy);
  return targetRefs?.length ? targetRefs : targetRef ? [targetRef] : [];
}

/**
 * A waypoint never goes by selectors: a policy names it, its class (in the root namespace), or the
 * service that the client dialled.
 */
function goesForWaypoint(
  policy: KubeObject,
  { namespace, labels, service }: Workload,
  rootNamespace: string,
): boolean {
  const own = policy.metadata.namespace;
  return referencesOf(policy).some(({ group = "", kind, name }) => {
    switch (kind) {
      case "Gateway":
        return own === namespace && name === labels[GATEWAY_NAME];
      case "GatewayClass":
        return own === rootNamespace && name === WAYPOINT_CLASS;
      case "Service":
      case "ServiceEntry":
        return (
          service?.kind === kind &&
          own === service.namespace &&
          name === service.object.metadata.name &&
          (kind === "ServiceEntry" || group === "" || group === "core")
        );
      default:
        return false;
    }
  });
}
