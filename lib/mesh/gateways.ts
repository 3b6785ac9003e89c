import { gatewaySpec } from "@/lib/istio/gateway";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "./kept-fact";
import { kubernetesGateways } from "./kubernetes-gateways";
import type { MeshView } from "./view";

const sortedGateways = (mesh: MeshView): readonly KubeObject[] =>
  [...mesh.list("Gateway"), ...mesh.derive(kubernetesGateways)].sort(compareCreation);

/**
 * The Istio Gateways that configure a gateway's pod, those that istiod makes of the Gateway API's
 * among them: their selector is part of its labels. They may live in any namespace. The oldest
 * first.
 */
export const gatewaysOf = (
  mesh: MeshView,
  pod: { readonly labels: Readonly<Record<string, string>> },
): readonly KubeObject[] =>
  mesh
    .derive(sortedGateways)
    .filter((gateway) => hasLabels(pod.labels, gatewaySpec(gateway).selector ?? {}));

keepFact(sortedGateways, { kinds: ["Gateway"], facts: [kubernetesGateways] });
