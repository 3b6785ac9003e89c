import { deploymentSpec, deploymentStatus } from "@/lib/k8s/deployment";
import type { KubeObject, OwnerReference } from "@/lib/k8s/object";
import { isPodReady } from "@/lib/k8s/pod";
import type { ObjectStore } from "@/sandbox/contracts";
import { suffixOf } from "./generated-name";
import { podParts } from "./inject-sidecar";

const HASH_LABEL = "pod-template-hash";
const HASH_LENGTH = 10;
const POD_SUFFIX_LENGTH = 5;

/** Brings the ReplicaSets and Pods of one Deployment one step nearer to what it asks for. */
export function reconcileDeployment(store: ObjectStore, deployment: KubeObject): void {
  const { template = {}, replicas = 1, paused } = deploymentSpec(deployment);
  if (deployment.metadata.deletionTimestamp) return;
  const hash = suffixOf(JSON.stringify(template), HASH_LENGTH);
  const sets = ownedBy(store, "ReplicaSet", deployment);
  const current =
    sets.find((set) => set.metadata.labels?.[HASH_LABEL] === hash) ??
    (paused ? undefined : createReplicaSet(store, deployment, hash));
  if (current) {
    scale(store, current, replicas);
    const ready = podsOf(store, current).filter(isPodReady).length;
    // Old pods go only when as many new ones take traffic, so that a roll-out loses no request.
    if (ready >= replicas) {
      for (const old of sets.filter((set) => set !== current)) scale(store, old, 0);
    }
  }
  updateStatus(store, deployment, current);
}

/** The Pods of a ReplicaSet, in the order they were made. */
const podsOf = (store: ObjectStore, set: KubeObject): KubeObject[] => ownedBy(store, "Pod", set);

function ownedBy(store: ObjectStore, kind: "ReplicaSet" | "Pod", owner: KubeObject): KubeObject[] {
  return store
    .view()
    .list(kind)
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
    );
}

function ownerReference({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true };
}

function createReplicaSet(store: ObjectStore, deployment: KubeObject, hash: string): KubeObject {
  const { selector, template = {} } = deploymentSpec(deployment);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return store.create({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? "",
      labels,
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  });
}

function scale(store: ObjectStore, set: KubeObject, replicas: number): void {
  const pods = podsOf(store, set);
  for (let i = 0; pods.length + i < replicas; i += 1) createPod(store, set, takenNames(pods, i));
  for (const pod of pods.slice(replicas)) {
    store.delete("Pod", pod.metadata.namespace ?? "", pod.metadata.name);
  }
  const ready = podsOf(store, set).filter(isPodReady).length;
  store.update({
    ...set,
    spec: { ...deploymentSpec(set), replicas },
    status: { replicas, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
  });
}

/** A number that no living pod of the set was named for. */
function takenNames(pods: readonly KubeObject[], offset: number): number {
  return pods.length === 0 ? offset : pods.length + offset;
}

function createPod(store: ObjectStore, set: KubeObject, ordinal: number): void {
  const { template = {} } = deploymentSpec(set);
  const namespace = set.metadata.namespace ?? "";
  const parts = podParts(template, store.get("Namespace", "", namespace));
  let name = "";
  // A pod is never named like one that lives, or that was deleted under this resource version.
  for (let attempt = ordinal; name === "" || store.get("Pod", namespace, name); attempt += 1) {
    name = `${set.metadata.name}-${suffixOf(`${set.metadata.name}/${store.view().version}/${attempt}`, POD_SUFFIX_LENGTH)}`;
  }
  store.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: parts.labels,
      annotations: parts.annotations,
      ownerReferences: [ownerReference(set)],
    },
    spec: parts.spec,
    status: { phase: "Pending" },
  });
}

function updateStatus(
  store: ObjectStore,
  deployment: KubeObject,
  current: KubeObject | undefined,
): void {
  const { namespace = "", name, generation = 1 } = deployment.metadata;
  const stored = store.get("Deployment", namespace, name);
  if (!stored) return;
  const { replicas: wanted = 1 } = deploymentSpec(stored);
  const all = ownedBy(store, "ReplicaSet", deployment).flatMap((set) => podsOf(store, set));
  const ready = all.filter(isPodReady).length;
  const available = ready >= wanted;
  const before = deploymentStatus(stored).conditions?.find(({ type }) => type === "Available");
  const status = available ? "True" : "False";
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  store.update({
    ...stored,
    status: {
      observedGeneration: generation,
      replicas: all.length,
      updatedReplicas: current ? podsOf(store, current).length : 0,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: Math.max(0, wanted - ready),
      conditions: [
        {
          type: "Available",
          status,
          reason: available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
          ...(since ? { lastTransitionTime: since } : {}),
        },
      ],
    },
  });
}
