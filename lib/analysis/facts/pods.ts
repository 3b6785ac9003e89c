import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field, textsIn } from "../field";
import { shortestOf } from "./shortest";

/** The labels of an object; those of another type than text are left out. */
export const labelsOf = (object: KubeObject): Readonly<Record<string, string>> =>
  textsIn(object.metadata.labels);

/** The annotations of an object. */
export const annotationsOf = (object: KubeObject): Readonly<Record<string, string>> =>
  textsIn(object.metadata.annotations);

/** The pods that have all of `labels`, in one namespace or, where none is given, in any. Reads Pod. */
export function podsWith(
  mesh: MeshView,
  labels: Readonly<Record<string, string>>,
  namespace?: string,
): readonly KubeObject[] {
  const pairs = Object.entries(labels);
  if (pairs.length === 0) {
    return namespace === undefined
      ? mesh.lookup(EVERYWHERE, "")
      : mesh.lookup(IN_NAMESPACE, namespace);
  }
  const found = shortestOf(pairs, ([key, value]) =>
    namespace === undefined
      ? mesh.lookup(EVERYWHERE, `${key}=${value}`)
      : mesh.lookup(IN_NAMESPACE, `${namespace} ${key}=${value}`),
  );
  return pairs.length === 1 ? found : found.filter((pod) => hasLabels(labelsOf(pod), labels));
}

/** By namespace, and by namespace and label. */
const IN_NAMESPACE: MeshIndex<KubeObject> = {
  kinds: ["Pod"],
  *entries(pod) {
    const { namespace = "" } = pod.metadata;
    yield [namespace, pod];
    for (const label of Object.entries(labelsOf(pod))) {
      yield [`${namespace} ${label.join("=")}`, pod];
    }
  },
};

/** In all namespaces: all, and by label. */
const EVERYWHERE: MeshIndex<KubeObject> = {
  kinds: ["Pod"],
  *entries(pod) {
    yield ["", pod];
    for (const label of Object.entries(labelsOf(pod))) yield [label.join("="), pod];
  },
};

/** Whether ambient's node proxy takes this pod's traffic. */
export const isAmbientPod = (pod: KubeObject): boolean =>
  annotationsOf(pod)["ambient.istio.io/redirection"] === "enabled";

/**
 * Whether a namespace's pods are taken into ambient: its label says so and none asks for sidecars.
 */
export function isAmbientNamespace(namespace: KubeObject | undefined): boolean {
  if (!namespace) return false;
  const labels = labelsOf(namespace);
  if (labels["istio-injection"] === "enabled" || labels["istio.io/rev"]) return false;
  return labels["istio.io/dataplane-mode"] === "ambient";
}

/** The proxy's container among `containers`; undefined without one or without its image. */
const proxyImage = (containers: readonly Field[]): string | undefined =>
  containers.find((container) => container.at("name").text === "istio-proxy")?.at("image").text;

/** The image of a pod's sidecar, as a container or a native one; undefined where it has none. */
export const sidecarImage = (podSpec: Field): string | undefined =>
  proxyImage([...podSpec.at("containers").items(), ...podSpec.at("initContainers").items()]);

/**
 * Whether a workload has a sidecar or will get one: its containers say so, else its own label,
 * else its own annotation, else its namespace. Reads Namespace.
 */
export function isInMesh(
  workload: { metadata: Field; containers: readonly Field[]; namespace: string },
  mesh: MeshView,
): boolean {
  if (proxyImage(workload.containers) !== undefined) return true;
  for (const part of ["labels", "annotations"]) {
    const { value } = workload.metadata.at(part, "sidecar.istio.io/inject");
    if (typeof value === "string") return value === "true";
  }
  const namespace = mesh.get("Namespace", "", workload.namespace);
  return namespace !== undefined && labelsOf(namespace)["istio-injection"] === "enabled";
}

/** Whether a pod has a sidecar, or should. Reads Namespace. */
export function isPodInMesh(pod: KubeObject, mesh: MeshView): boolean {
  const fields = new Field(pod);
  const spec = fields.at("spec");
  return isInMesh(
    {
      metadata: fields.at("metadata"),
      containers: [...spec.at("containers").items(), ...spec.at("initContainers").items()],
      namespace: pod.metadata.namespace ?? "",
    },
    mesh,
  );
}
