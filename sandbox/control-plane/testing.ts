import { kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { applyChanges, type MeshView, meshView } from "@/lib/mesh/view";
import type { ObjectStore, StoreEvent } from "@/sandbox/contracts";

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

/** A store with nothing but its contract: what the engine may rely on. */
export function memoryStore(
  objects: readonly KubeObject[],
): ObjectStore & { put(object: KubeObject): void } {
  let view: MeshView = meshView(objects);
  const listeners = new Set<(event: StoreEvent) => void>();
  const change = (type: StoreEvent["type"], object: KubeObject): KubeObject => {
    const kind = kindIdOf(object);
    if (!kind) throw new TypeError(`no kind ${object.kind}`);
    view = applyChanges(view, [{ type: type === "DELETED" ? "delete" : "put", kind, object }]);
    for (const listener of listeners) listener({ type, kind, object });
    return object;
  };
  return {
    view: () => view,
    get: (kind, namespace, name) => view.get(kind, namespace, name),
    create: (object) => change("ADDED", object),
    update: (object) => change("MODIFIED", object),
    put: (object) => {
      change("MODIFIED", object);
    },
    delete: (kind, namespace, name) => {
      const object = view.get(kind, namespace, name);
      if (object) change("DELETED", object);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** A running gateway pod in istio-ingress with a Service's labels, for tests. */
export const gatewayPod = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "istio-ingress",
    uid: `uid-${name}`,
    labels: { istio: "ingressgateway" },
  },
  spec: { containers: [{ name: "istio-proxy", image: "docker.io/istio/proxyv2:1.30.1" }] },
  status: { phase: "Running", podIP: "10.0.0.9" },
});

/** An HTTP Service of namespace bookinfo on port 9080, for tests. */
export const service = (name: string, clusterIP: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "bookinfo" },
  spec: { clusterIP, selector: { app: name }, ports: [{ name: "http", port: 9080 }] },
});

/** The ready pods of a Service, for tests. */
export const slice = (
  name: string,
  pods: readonly (readonly [name: string, address: string])[],
): KubeObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: {
    name: `${name}-1`,
    namespace: "bookinfo",
    labels: { "kubernetes.io/service-name": name },
  },
  addressType: "IPv4",
  ports: [{ name: "http", port: 9080 }],
  endpoints: pods.map(([pod, address]) => ({
    addresses: [address],
    conditions: { ready: true },
    targetRef: { kind: "Pod", namespace: "bookinfo", name: pod },
  })),
});

/** A DestinationRule with one subset for each version, for tests. */
export const destinationRule = (name: string, versions: readonly string[]): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name, namespace: "bookinfo" },
  spec: {
    host: name,
    subsets: versions.map((version) => ({ name: version, labels: { version } })),
  },
});

/** The mesh's PeerAuthentication, for tests. */
export const peerAuthentication = (mode: string): KubeObject => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "default", namespace: "istio-system" },
  spec: { mtls: { mode } },
});

/** A Gateway of namespace bookinfo on port 80, for tests. */
export const gateway = (name: string): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name, namespace: "bookinfo" },
  spec: {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
  },
});

/** The Service of the gateway pod, for tests. */
export const gatewayService: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "ingress", namespace: "istio-ingress" },
  spec: {
    clusterIP: "10.96.0.9",
    selector: { istio: "ingressgateway" },
    ports: [{ name: "http2", port: 80, targetPort: 8080 }],
  },
};
