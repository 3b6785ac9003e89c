import { weakMemo } from "@/lib/base/weak-memo";
import { canonicalName, canonicalRevision } from "@/lib/istio/labels";
import type { KubeObject } from "@/lib/k8s/object";
import { serviceAccountOf } from "@/lib/k8s/pod";
import type { Endpoint } from "@/lib/mesh/endpoints";

/** What a proxy tells its peers of the workload that it stands for. */
export interface Peer {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly canonicalService: string;
  readonly canonicalRevision: string;
  /** The identity in its certificate. */
  readonly principal: string;
}

/** What the proxy of a pod tells of it. */
export const peerOf: (pod: KubeObject) => Peer = weakMemo((pod) => {
  const { namespace = "", labels = {} } = pod.metadata;
  const workload = workloadOf(pod);
  return {
    workload,
    namespace,
    app: labels["app"] ?? "unknown",
    version: labels["version"] ?? "unknown",
    canonicalService: canonicalName(labels, workload),
    canonicalRevision: canonicalRevision(labels),
    principal: `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccountOf(pod)}`,
  };
});

/**
 * What a client's proxy knows of the workload behind an endpoint; undefined for one that is none of
 * the mesh's. Of a machine outside of the cluster it knows what istiod tells with the endpoint: the
 * workload and its canonical service, not its other labels.
 */
export function serverPeerOf({
  pod,
  workload,
  namespace,
  labels,
  serviceAccount,
}: Endpoint): Peer | undefined {
  if (pod) return peerOf(pod);
  if (workload === undefined) return undefined;
  return {
    workload,
    namespace,
    app: "unknown",
    version: "unknown",
    canonicalService: canonicalName(labels, workload),
    canonicalRevision: canonicalRevision(labels),
    principal: `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`,
  };
}

/** `reviews-v1` for a pod that a ReplicaSet of Deployment `reviews-v1` made; else its owner or itself. */
function workloadOf(pod: KubeObject): string {
  const { name, labels, ownerReferences } = pod.metadata;
  const owner = ownerReferences?.[0];
  if (!owner) return name;
  const hash = labels?.["pod-template-hash"];
  const suffix = hash === undefined ? "" : `-${hash}`;
  return owner.kind === "ReplicaSet" && suffix && owner.name.endsWith(suffix)
    ? owner.name.slice(0, -suffix.length)
    : owner.name;
}
