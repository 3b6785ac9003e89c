import { SERVICE_NAME_LABEL } from "@/lib/k8s/endpoint-slice";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { isPodReady, podSpec, podStatus } from "@/lib/k8s/pod";
import { type ServicePort, serviceSpec } from "@/lib/k8s/service";
import type { ObjectStore } from "@/sandbox/contracts";
import { type ControllerContext, updateIfNew } from "./controller-context";
import { suffixOf } from "./generated-name";

/** Writes the EndpointSlice and the Endpoints of a Service from the pods that it selects. */
export function reconcileEndpoints({ store, index }: ControllerContext, service: KubeObject): void {
  const { selector } = serviceSpec(service);
  // A Service without a selector has endpoints that somebody else writes.
  if (!selector || Object.keys(selector).length === 0) return;
  const { namespace = "", name, uid = "" } = service.metadata;
  const pods = index
    .inNamespace("Pod", namespace)
    .filter((pod) => hasLabels(pod.metadata.labels, selector))
    .filter((pod) => podStatus(pod).podIP !== undefined);
  const owner = {
    apiVersion: "v1",
    kind: "Service",
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  put(store, "EndpointSlice", {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-${suffixOf(`${namespace}/${name}`, 5)}`,
      namespace,
      labels: {
        [SERVICE_NAME_LABEL]: name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ownerReferences: [owner],
    },
    addressType: "IPv4",
    endpoints: pods.map((pod) => ({
      addresses: [podStatus(pod).podIP],
      conditions: {
        ready: isPodReady(pod),
        serving: isPodReady(pod),
        terminating: pod.metadata.deletionTimestamp !== undefined,
      },
      nodeName: podSpec(pod).nodeName,
      targetRef: reference(pod),
    })),
    ports: slicePorts(service, pods[0]),
  });
  put(store, "Endpoints", {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name, namespace, ownerReferences: [owner] },
    subsets: subsets(service, pods),
  });
}

const reference = ({ metadata }: KubeObject) => ({
  kind: "Pod",
  name: metadata.name,
  namespace: metadata.namespace,
  uid: metadata.uid,
});

function subsets(service: KubeObject, pods: readonly KubeObject[]) {
  if (pods.length === 0) return [];
  const addresses = (ready: boolean) =>
    pods
      .filter((pod) => isPodReady(pod) === ready)
      .map((pod) => ({
        ip: podStatus(pod).podIP,
        nodeName: podSpec(pod).nodeName,
        targetRef: reference(pod),
      }));
  return [
    {
      addresses: addresses(true),
      notReadyAddresses: addresses(false),
      ports: slicePorts(service, pods[0]),
    },
  ];
}

const slicePorts = (service: KubeObject, pod: KubeObject | undefined) =>
  (serviceSpec(service).ports ?? []).map((port) => ({
    ...(port.name ? { name: port.name } : {}),
    port: targetPort(port, pod),
    protocol: port.protocol ?? "TCP",
  }));

/** The port in the pod: a number, or the container port of that name. */
function targetPort(
  { port, targetPort: target }: ServicePort,
  pod: KubeObject | undefined,
): number | undefined {
  if (typeof target !== "string") return target || port;
  const containers = pod ? (podSpec(pod).containers ?? []) : [];
  return containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === target)
    ?.containerPort;
}

function put(store: ObjectStore, kind: "EndpointSlice" | "Endpoints", wanted: KubeObject): void {
  const known = store.get(kind, wanted.metadata.namespace ?? "", wanted.metadata.name);
  if (!known) store.create(wanted);
  else
    updateIfNew(store, known, { ...wanted, metadata: { ...known.metadata, ...wanted.metadata } });
}
