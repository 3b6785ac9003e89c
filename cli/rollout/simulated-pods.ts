import { deploymentSpec, deploymentStatus } from "@/lib/k8s/deployment";
import { isPodReady } from "@/lib/k8s/pod";
import type { KubeObject } from "@/lib/k8s/object";
import type { ClusterState } from "@/sandbox/api/cluster-state";
import { podsOf } from "./given-objects";

/**
 * Does at once what controllers and kubelets do when somebody changes a Deployment: its pods are as
 * many as it says, and of its template. Those that are there stay as ready as they are.
 */
export function keepPods(store: ClusterState["store"]): void {
  store.subscribe(({ object, type }) => {
    if (object.kind !== "Deployment" || type === "DELETED") return;
    const { generation = 1, namespace = "" } = object.metadata;
    const { observedGeneration = 1 } = deploymentStatus(object);
    if (observedGeneration >= generation) return;
    const { replicas = 1 } = deploymentSpec(object);
    const wanted = podsOf({ ...object, status: { readyReplicas: replicas } });
    const isOwn = (pod: KubeObject) =>
      pod.metadata.namespace === namespace &&
      new RegExp(`^${object.metadata.name}-\\d+$`).test(pod.metadata.name);
    const present = store.view().list("Pod").filter(isOwn);
    for (const pod of present) {
      if (wanted.some(({ metadata }) => metadata.name === pod.metadata.name)) continue;
      store.delete("Pod", namespace, pod.metadata.name);
    }
    for (const pod of wanted) {
      const before = present.find(({ metadata }) => metadata.name === pod.metadata.name);
      if (before)
        store.update({
          ...before,
          ...pod,
          metadata: { ...before.metadata, ...pod.metadata },
          status: before["status"],
        });
      else store.create(pod);
    }
    const ready = store
      .view()
      .list("Pod")
      .filter((pod) => isOwn(pod) && isPodReady(pod)).length;
    const status = {
      observedGeneration: generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: ready,
      availableReplicas: ready,
    };
    store.update({ ...object, status });
  });
}
