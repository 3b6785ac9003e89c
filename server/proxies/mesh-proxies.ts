import { weakMemo } from "@/lib/base/weak-memo";
import type { KubeObject } from "@/lib/k8s/object";
import { podSpec, podStatus } from "@/lib/k8s/pod";
import type { MeshView } from "@/lib/mesh/view";
import type { IstiodPod } from "../istiod/istiod-client";

/** What the cluster says of a pod that has a proxy. */
export interface ProxyPodFacts {
  readonly namespace: string;
  readonly name: string;
  /** The Deployment, or other owner, that made the pod. */
  readonly workload: string;
  readonly kind: ProxyKind;
  readonly address: string | undefined;
  readonly node: string | undefined;
  /** The tag of the proxy's image; undefined where it is named by digest. */
  readonly imageTag: string | undefined;
  /** The revision of istiod that injected it or made its Deployment; undefined where the pod does not say. */
  readonly revision: string | undefined;
  /** ISO 8601 */
  readonly createdAt: string | undefined;
}

/** What a proxy is for. */
export type ProxyKind = "sidecar" | "gateway" | "waypoint" | "ztunnel";

const PROXY = "istio-proxy";

/** The tag of an image; undefined where it has none or is named by digest. */
const imageTag = (image: string | undefined): string | undefined =>
  image?.includes("@") ? undefined : image?.match(/:([^/:]+)$/)?.[1];

const factsOf = weakMemo((pod: KubeObject): ProxyPodFacts | undefined => {
  const { containers = [], initContainers = [], nodeName } = podSpec(pod);
  const proxy = [...containers, ...initContainers].find(({ name }) => name === PROXY);
  const { phase, podIP } = podStatus(pod);
  if (!proxy || phase === "Succeeded" || phase === "Failed") return undefined;
  const { name, namespace = "", creationTimestamp } = pod.metadata;
  return {
    namespace,
    name,
    workload: workloadOf(pod),
    kind: kindOf(pod, proxy.image ?? "", containers.length === 1 && containers[0] === proxy),
    address: podIP,
    node: nodeName,
    imageTag: imageTag(proxy.image),
    revision: revisionOf(pod),
    createdAt: creationTimestamp,
  };
});

/** ztunnel's container is called as those of Envoys are; its image, or the chart's label, tells it. */
function kindOf(
  { metadata: { labels = {} } }: KubeObject,
  image: string,
  isAlone: boolean,
): ProxyKind {
  if (labels["gateway.istio.io/managed"]?.includes("mesh-controller")) return "waypoint";
  if (/(?:^|\/)ztunnel(?:[:@]|$)/.test(image) || labels["app"] === "ztunnel") return "ztunnel";
  return isAlone ? "gateway" : "sidecar";
}

const REVISION = "istio.io/rev";

/** The injector writes it into a status; Deployments that istiod makes for Gateways carry it as a label. */
function revisionOf({
  metadata: { annotations = {}, labels = {} },
}: KubeObject): string | undefined {
  const status = /"revision"\s*:\s*"([^"]+)"/.exec(annotations["sidecar.istio.io/status"] ?? "");
  return status?.[1] ?? annotations[REVISION] ?? labels[REVISION];
}

/** The pod's owner, without the hash that a Deployment's ReplicaSets carry. */
function workloadOf({ metadata }: KubeObject): string {
  const owner =
    metadata.ownerReferences?.find(({ controller }) => controller) ?? metadata.ownerReferences?.[0];
  if (!owner) return metadata.name;
  const hash = metadata.labels?.["pod-template-hash"];
  const suffix = `-${hash ?? ""}`;
  return hash && owner.kind === "ReplicaSet" && owner.name.endsWith(suffix)
    ? owner.name.slice(0, -suffix.length)
    : owner.name;
}

/** Every pod with a proxy that has not ended, by `name.namespace`. Use with `mesh.derive`. */
export function proxyPodFacts(mesh: MeshView): ReadonlyMap<string, ProxyPodFacts> {
  const found = new Map<string, ProxyPodFacts>();
  for (const pod of mesh.list("Pod")) {
    const facts = factsOf(pod);
    if (facts) found.set(`${facts.name}.${facts.namespace}`, facts);
  }
  return found;
}

/** Every istiod that runs, by name. Use with `mesh.derive`. */
export function istiodPods(
  mesh: MeshView,
): readonly (IstiodPod & { version: string | undefined; revision: string | undefined })[] {
  return mesh
    .list("Pod")
    .filter(
      (pod) => pod.metadata.labels?.["app"] === "istiod" && podStatus(pod).phase === "Running",
    )
    .map((pod) => ({
      namespace: pod.metadata.namespace ?? "",
      name: pod.metadata.name,
      revision: pod.metadata.labels?.[REVISION],
      version: imageTag(podSpec(pod).containers?.find(({ name }) => name === "discovery")?.image),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
