import { groupBy } from "@/lib/base/group-by";
import type { PolicyTarget } from "@/lib/istio/policy-target";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";
import type { Arrival } from "@/lib/mesh/arrival";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";

type Workload = Pick<Arrival, "namespace" | "labels">;
type PolicyKind = "AuthorizationPolicy" | "RequestAuthentication";

/**
 * Finds the policies of a kind that go for a workload: those of the root namespace, then those of
 * its own, the oldest first in each. Source: istiod's ShouldAttachPolicy.
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
    const own = workload.namespace === rootNamespace ? [] : byNamespace.get(workload.namespace);
    return [...(byNamespace.get(rootNamespace) ?? []), ...(own ?? [])].filter((policy) =>
      goesFor(policy, workload),
    );
  };
}

const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

/** Gateways of the Gateway API are named by reference; all else is selected by labels. */
function goesFor(policy: KubeObject, { namespace, labels }: Workload): boolean {
  const { selector, targetRef, targetRefs } = specOf<PolicyTarget>(policy);
  const references = targetRefs?.length ? targetRefs : targetRef ? [targetRef] : [];
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
