import { deploymentSpec } from "@/lib/k8s/deployment";
import type { KubeObject } from "@/lib/k8s/object";
import { podSpec } from "@/lib/k8s/pod";
import type { MeshView } from "@/lib/mesh/view";

/** What runs in a cluster: a Deployment, or a pod that none made. */
export interface ManifestWorkload {
  /** `namespace/app` by the app label; by the name where it has none. */
  readonly key: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The pods' spec. */
  readonly spec: unknown;
}

/** The workloads of a cluster whose controllers have not run yet. */
export function workloadsIn(mesh: MeshView): readonly ManifestWorkload[] {
  const of = (
    object: KubeObject,
    labels: Readonly<Record<string, string>>,
    spec: unknown,
  ): ManifestWorkload => {
    const { namespace = "", name } = object.metadata;
    return { key: `${namespace}/${labels["app"] ?? name}`, namespace, labels, spec };
  };
  return [
    ...mesh.list("Deployment").map((deployment) => {
      const { template } = deploymentSpec(deployment);
      return of(deployment, template?.metadata?.labels ?? {}, template?.spec);
    }),
    ...mesh.list("Pod").map((pod) => of(pod, pod.metadata.labels ?? {}, podSpec(pod))),
  ];
}
