import { deploymentSpec } from "@/lib/k8s/deployment";
import type { KubeObject } from "@/lib/k8s/object";
import { podParts } from "@/sandbox/workloads/inject-sidecar";

/**
 * The pods that a controller would make which the sandbox does not serve: of a StatefulSet as many
 * as it asks for, of a DaemonSet one. A Pod gets its sidecar. Undefined for anything else.
 */
export function podsOfController(
  object: KubeObject,
  namespaceOf: (name: string) => KubeObject | undefined,
): readonly KubeObject[] | undefined {
  const { kind, apiVersion } = object;
  const namespace = object.metadata.namespace ?? "default";
  if (kind === "Pod" && apiVersion === "v1") {
    const template = { metadata: object.metadata, spec: object["spec"] ?? {} };
    const { labels, annotations, spec } = podParts(template, namespaceOf(namespace));
    return [{ ...object, metadata: { ...object.metadata, labels, annotations }, spec }];
  }
  if (apiVersion !== "apps/v1" || (kind !== "StatefulSet" && kind !== "DaemonSet"))
    return undefined;
  const { replicas = 1, template = {} } = deploymentSpec(object);
  const { name } = object.metadata;
  const parts = podParts(template, namespaceOf(namespace));
  return Array.from({ length: kind === "DaemonSet" ? 1 : replicas }, (_, ordinal) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-${ordinal}`,
      namespace,
      labels: parts.labels,
      annotations: parts.annotations,
      ownerReferences: [
        {
          apiVersion,
          kind,
          name,
          uid: `${kind.toLowerCase()}-${namespace}-${name}`,
          controller: true,
        },
      ],
    },
    spec: parts.spec,
    status: { phase: "Pending" },
  }));
}
