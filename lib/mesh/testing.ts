import { type KindId, preferredApiVersion } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { meshView, type MeshView } from "./view";

type Labels = Readonly<Record<string, string>>;

/** An object of a test: `namespace/name`, and what matters of it. Later ones are younger. */
export const anObject = (kind: KindId, key: string, spec: object = {}): KubeObject => {
  const [namespace = "", name = ""] = key.split("/");
  return { apiVersion: preferredApiVersion(kind), kind, metadata: { name, namespace }, spec };
};

let addresses = 0;

/** A Service with a cluster IP of its own over the pods labelled `app: <name>`. */
export const aService = (key: string, port = 9080, portName = "http"): KubeObject => {
  const name = key.split("/")[1] ?? "";
  addresses += 1;
  return anObject("Service", key, {
    clusterIP: `10.96.0.${addresses % 250}`,
    selector: { app: name },
    ports: [{ name: portName, port, targetPort: port, protocol: "TCP" }],
  });
};

/** A ready pod with a sidecar, named `namespace/app-version`. */
export function aPod(
  key: string,
  options: { readonly ip: string; readonly sidecar?: boolean; readonly labels?: Labels },
): KubeObject {
  const [namespace = "", name = ""] = key.split("/");
  const [app = "", version = ""] = name.split("-");
  const sidecar = options.sidecar ?? true;
  const proxy = { name: "istio-proxy", args: ["proxy", "sidecar"] };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: {
        app,
        version,
        ...(sidecar ? { "security.istio.io/tlsMode": "istio" } : {}),
        ...options.labels,
      },
    },
    spec: { serviceAccountName: app, containers: [{ name: app }, ...(sidecar ? [proxy] : [])] },
    status: {
      phase: "Running",
      podIP: options.ip,
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
}

/** The EndpointSlice of a Service over some pods. */
export function aSlice(key: string, pods: readonly KubeObject[], port = 9080): KubeObject {
  const [namespace = "", name = ""] = key.split("/");
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-x`,
      namespace,
      labels: { "kubernetes.io/service-name": name },
    },
    ports: [{ name: "http", port, protocol: "TCP" }],
    endpoints: pods.map((pod) => ({
      addresses: [(pod["status"] as { podIP: string }).podIP],
      conditions: { ready: true },
      targetRef: { kind: "Pod", name: pod.metadata.name, namespace },
    })),
  };
}

/** A mesh of these objects, each created a second after the one before it. */
export const aMesh = (...objects: readonly KubeObject[]): MeshView =>
  meshView(
    objects.map((object, index) => ({
      ...object,
      metadata: {
        creationTimestamp: new Date(1_767_225_600_000 + index * 1000).toISOString(),
        ...object.metadata,
      },
    })),
  );
