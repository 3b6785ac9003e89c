import { deploymentSpec, deploymentStatus } from "@/lib/k8s/deployment";
import type { KubeObject, OwnerReference } from "@/lib/k8s/object";
import { isPodReady } from "@/lib/k8s/pod";
import type { ObjectStore } from "@/sandbox/contracts";
import { type ControllerContext, updateIfNew } from "./controller-context";
import { suffixOf } from "./generated-name";
import { podParts } from "./inject-sidecar";

const HASH_LABEL = "pod-template-hash";
const HASH_LENGTH = 10;
const POD_SUFFIX_LENGTH = 5;

/** Brings the ReplicaSets and Pods of one Deployment one step nearer to what it asks for. */
export function reconcileDeployment(context: ControllerContext, deployment: KubeObject): void {
  const { template = {}, replicas = 1, paused } = deploymentSpec(deployment);
  if (deployment.metadata.deletionTimestamp) return;
  const hash = suffixOf(JSON.stringify(template), HASH_LENGTH);
  const sets = context.index.ownedBy("ReplicaSet", deployment);
  const current =
    sets.find((set) => set.metadata.labels?.[HASH_LABEL] === hash) ??
    (paused ? undefined : createReplicaSet(context.store, deployment, hash));
  if (current) {
    scale(context, current, replicas);
    const ready = context.index.ownedBy("Pod", current).filter(isPodReady).length;
    // Old pods go only when as many new ones take traffic, so that a roll-out loses no request.
    if (ready >= replicas) {
      for (const old of sets.filter((set) => set !== current)) scale(context, old, 0);
    }
  }
  updateStatus(context, deployment, current);
}

function ownerReference({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name, uid = "" } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
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

function scale(context: ControllerContext, set: KubeObject, replicas: number): void {
  const { store, index } = context;
  const pods = index.ownedBy("Pod", set);
  for (let count = pods.length; count < replicas; count += 1) createPod(context, set);
  for (const pod of pods.slice(replicas)) {
    store.delete("Pod", pod.metadata.namespace ?? "", pod.metadata.name);
  }
  const ready = index.ownedBy("Pod", set).filter(isPodReady).length;
  updateIfNew(store, set, {
    ...set,
    spec: { ...deploymentSpec(set), replicas },
    status: { replicas, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
  });
}

function createPod(context: ControllerContext, set: KubeObject): void {
  const { template = {} } = deploymentSpec(set);
  const namespace = set.metadata.namespace ?? "";
  const parts = podParts(template, context.store.get("Namespace", "", namespace));
  let name = "";
  while (name === "" || context.store.get("Pod", namespace, name)) {
    const seed = `${set.metadata.name}/${context.nextPodNumber()}`;
    name = `${set.metadata.name}-${suffixOf(seed, POD_SUFFIX_LENGTH)}`;
  }
  context.store.create(
    context.placed({
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
    }),
  );
}

function updateStatus(
  { store, index }: ControllerContext,
  deployment: KubeObject,
  current: KubeObject | undefined,
): void {
  const { namespace = "", name, generation = 1 } = deployment.metadata;
  const stored = store.get("Deployment", namespace, name);
  if (!stored) return;
  const { replicas: wanted = 1 } = deploymentSpec(stored);
  const all = index.ownedBy("ReplicaSet", deployment).flatMap((set) => index.ownedBy("Pod", set));
  const ready = all.filter(isPodReady).length;
  const available = ready >= wanted;
  const before = deploymentStatus(stored).conditions?.find(({ type }) => type === "Available");
  const status = available ? "True" : "False";
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  updateIfNew(store, stored, {
    ...stored,
    status: {
      observedGeneration: generation,
      replicas: all.length,
      updatedReplicas: current ? index.ownedBy("Pod", current).length : 0,
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
