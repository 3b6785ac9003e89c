import { groupBy } from "@/lib/base/group-by";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { serviceSpec } from "@/lib/k8s/service";
import type { MeshView } from "./view";

/** Pods by namespace. Use with `mesh.derive`. */
const podsByNamespace = (mesh: MeshView): ReadonlyMap<string, readonly KubeObject[]> =>
  groupBy(mesh.list("Pod"), (pod) => pod.metadata.namespace ?? "");

/**
 * The pods that a Service selects, those with all labels of `subset` where given; ready or not.
 * A Service without selector selects none.
 */
export function podsOfService(
  mesh: MeshView,
  service: KubeObject,
  subset: Readonly<Record<string, string>> = {},
): readonly KubeObject[] {
  const { selector } = serviceSpec(service);
  if (!selector || Object.keys(selector).length === 0) return [];
  const pods = mesh.derive(podsByNamespace).get(service.metadata.namespace ?? "") ?? [];
  return pods.filter(
    ({ metadata }) => hasLabels(metadata.labels, selector) && hasLabels(metadata.labels, subset),
  );
}
