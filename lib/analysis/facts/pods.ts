import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

/** The labels of an object; those of another type than text are left out. */
export const labelsOf = (object: KubeObject): Readonly<Record<string, string>> =>
  new Field(object).at("metadata", "labels").labels();

/** The annotations of an object. */
export const annotationsOf = (object: KubeObject): Readonly<Record<string, string>> =>
  new Field(object).at("metadata", "annotations").labels();

/** The pods that have all of `labels`, in one namespace or, where none is given, in any. Reads Pod. */
export function podsWith(
  mesh: MeshView,
  labels: Readonly<Record<string, string>>,
  namespace?: string,
): readonly KubeObject[] {
  const scope = namespace ?? EVERYWHERE;
  const pairs = Object.entries(labels);
  if (pairs.length === 0) return mesh.lookup(PODS, scope);
  const lists = pairs.map(([key, value]) => mesh.lookup(PODS, `${scope} ${key}=${value}`));
  const shortest = lists.reduce((x, y) => (y.length < x.length ? y : x));
  return pairs.length === 1 ? shortest : shortest.filter((pod) => hasLabels(labelsOf(pod), labels));
}

const EVERYWHERE = "*";

/** By namespace, and by label within a namespace and everywhere. */
const PODS: MeshIndex<KubeObject> = {
  kinds: ["Pod"],
  *entries(pod) {
    for (const scope of [pod.metadata.namespace ?? "", EVERYWHERE]) {
      yield [scope, pod];
      for (const [key, value] of Object.entries(labelsOf(pod))) {
        yield [`${scope} ${key}=${value}`, pod];
      }
    }
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
