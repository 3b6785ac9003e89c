import type { KubeObject } from "@/lib/k8s/object";

/** A Deployment of one version of an app, with its ServiceAccount's name, as samples write it. */
export interface WorkloadOptions {
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly port: number;
  readonly replicas?: number;
  readonly image?: string;
  /** Of the pods: how the simulated application behaves. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Namespace; `injected` asks for sidecars or says that there are to be none. */
export const namespaceObject = (name: string, injected: boolean): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "istio-injection": injected ? "enabled" : "disabled" } },
});

export const serviceAccount = (namespace: string, name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace },
});

/** `<app>-<version>` with labels `app` and `version`. */
export function workload(options: WorkloadOptions): KubeObject {
  const { namespace, app, version, port, replicas = 1, annotations = {} } = options;
  const labels = { app, version };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `${app}-${version}`, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: {
          serviceAccountName: app,
          containers: [
            {
              name: app,
              image: options.image ?? `docker.io/istio/examples-bookinfo-${app}-${version}:1.20.3`,
              ports: [{ containerPort: port, protocol: "TCP" }],
            },
          ],
        },
      },
    },
  };
}

/** A Service over the pods of an app. */
export const service = (options: {
  readonly namespace: string;
  readonly name: string;
  /** Undefined for one that the API server chooses. */
  readonly clusterIP?: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly Readonly<Record<string, unknown>>[];
  readonly type?: string;
}): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: options.name,
    namespace: options.namespace,
    labels: { ...options.selector, service: options.name },
  },
  spec: {
    type: options.type ?? "ClusterIP",
    ...(options.clusterIP === undefined
      ? {}
      : { clusterIP: options.clusterIP, clusterIPs: [options.clusterIP] }),
    selector: options.selector,
    ports: options.ports.map((port) => ({ protocol: "TCP", ...port })),
  },
});

type NetworkingKind =
  | "VirtualService"
  | "DestinationRule"
  | "Gateway"
  | "ServiceEntry"
  | "Sidecar"
  | "WorkloadEntry"
  | "WorkloadGroup";

/** An Istio object of `security.istio.io/v1`. */
export const security = (
  kind: "AuthorizationPolicy" | "PeerAuthentication" | "RequestAuthentication",
  [namespace, name]: readonly [string, string],
  spec: Readonly<Record<string, unknown>>,
): KubeObject => ({
  apiVersion: "security.istio.io/v1",
  kind,
  metadata: { name, namespace },
  spec,
});

/** An Istio object of `networking.istio.io/v1`. */
export const networking = (
  kind: NetworkingKind,
  [namespace, name]: readonly [string, string],
  spec: Readonly<Record<string, unknown>>,
): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind,
  metadata: { name, namespace },
  spec,
});

/** A DestinationRule whose subsets are the versions of an app. */
export const versions = (namespace: string, app: string, names: readonly string[]): KubeObject =>
  networking("DestinationRule", [namespace, app], {
    host: app,
    subsets: names.map((name) => ({ name, labels: { version: name } })),
  });
