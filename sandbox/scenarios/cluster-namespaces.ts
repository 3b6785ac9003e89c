import type { KubeObject } from "@/lib/k8s/object";

/** What every cluster has. Nothing runs in `default`, so it says that it wants no sidecars. */
export const CLUSTER_NAMESPACES: readonly KubeObject[] = [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "default", labels: { "istio-injection": "disabled" } },
  },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } },
];
