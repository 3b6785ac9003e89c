import type { KubeObject } from "@/lib/k8s/object";

/** A running pod with a sidecar, for tests. */
export function sidecarPod(
  name: string,
  options: {
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ip?: string;
  } = {},
): KubeObject {
  const { namespace = "bookinfo", labels = { app: name }, annotations = {} } = options;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, uid: `uid-${namespace}-${name}`, labels, annotations },
    spec: {
      serviceAccountName: name,
      nodeName: "node-1",
      containers: [
        { name: "app", image: "app:1" },
        { name: "istio-proxy", image: "docker.io/istio/proxyv2:1.30.1" },
      ],
    },
    status: { phase: "Running", podIP: options.ip ?? "10.244.0.10" },
  };
}

/** A running istiod, for tests. */
export const istiodPod = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "istio-system", uid: `uid-${name}`, labels: { app: "istiod" } },
  spec: { containers: [{ name: "discovery", image: "docker.io/istio/pilot:1.30.1" }] },
  status: { phase: "Running", podIP: "10.244.0.2" },
});

/** A VirtualService of namespace bookinfo, for tests. */
export const virtualService = (
  name: string,
  spec: Readonly<Record<string, unknown>>,
): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name, namespace: "bookinfo" },
  spec,
});
