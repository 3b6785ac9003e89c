import type { KubeObject } from "@/lib/k8s/object";
import { ADDRESSES, labelsOf, membersOf, podName, type Topology, type Workload } from "./topology";

/**
 * Everything that a cluster's controllers, scheduler and kubelets would write for a topology:
 * the lab has none of them, so it writes objects and their status itself.
 */
export function clusterObjects(topology: Topology): KubeObject[] {
  return [
    ...topology.namespaces.map(({ name, injected }) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: injected ? { "istio-injection": "enabled" } : {} },
    })),
    ...serviceAccounts(topology),
    ...topology.services.flatMap((_, index) => serviceObjects(topology, index)),
    ...topology.workloads.map((workload) => deployment(workload)),
  ];
}

export const serviceAccountOf = (workload: Workload): string =>
  workload.serviceAccount ?? workload.app;

function serviceAccounts({ workloads }: Topology): KubeObject[] {
  const wanted = new Map(
    workloads.map((workload) => [`${workload.namespace}/${serviceAccountOf(workload)}`, workload]),
  );
  return [...wanted.values()].map((workload) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: serviceAccountOf(workload), namespace: workload.namespace },
  }));
}

function serviceObjects(topology: Topology, index: number): KubeObject[] {
  const service = topology.services[index];
  if (!service) return [];
  const { name, namespace, selector, ports } = service;
  const address = ADDRESSES.service(index);
  const members = membersOf(topology, service);
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels: selector },
      spec: {
        selector,
        clusterIP: address,
        clusterIPs: [address],
        ports: ports.map((port) => ({ ...port, protocol: "TCP" })),
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-lab`, namespace, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: members.map(({ workload, index: pod }) => ({
        addresses: [ADDRESSES.pod(pod)],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: "node-1",
        targetRef: { kind: "Pod", name: podName(workload), namespace },
      })),
      ports: ports.map((port) => ({ name: port.name, port: port.targetPort, protocol: "TCP" })),
    },
  ];
}

function deployment(workload: Workload): KubeObject {
  const labels = labelsOf(workload);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: workload.name, namespace: workload.namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(workload) },
    },
    status: { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 },
  };
}

/** The ReplicaSet of a Deployment and its one pod, owned as a cluster's controllers would. */
export function podObjects(
  workload: Workload,
  index: number,
  deploymentUid: string,
): { replicaSet: KubeObject; pod: (replicaSetUid: string) => KubeObject } {
  const labels = { ...labelsOf(workload), "pod-template-hash": "lab" };
  const metadata = { name: podName(workload), namespace: workload.namespace, labels };
  const owner = (kind: string, name: string, uid: string) => [
    { apiVersion: "apps/v1", kind, name, uid, controller: true },
  ];
  const replicaSet: KubeObject = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { ...metadata, ownerReferences: owner("Deployment", workload.name, deploymentUid) },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(workload) },
    },
    status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
  };
  const annotations = workload.proxy === "none" ? {} : { "sidecar.istio.io/status": "{}" };
  const pod = (uid: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      annotations,
      ownerReferences: owner("ReplicaSet", podName(workload), uid),
    },
    spec: { ...podSpec(workload), nodeName: "node-1" },
    status: {
      phase: "Running",
      podIP: ADDRESSES.pod(index),
      podIPs: [{ ip: ADDRESSES.pod(index) }],
      conditions: [
        { type: "Ready", status: "True" },
        { type: "ContainersReady", status: "True" },
      ],
      containerStatuses: podSpec(workload).containers.map(({ name, image }) => ({
        name,
        image,
        imageID: "",
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: {} },
      })),
    },
  });
  return { replicaSet, pod };
}

function podSpec(workload: Workload) {
  const ports = [...workload.http, ...workload.tcp].map((containerPort) => ({
    containerPort,
    protocol: "TCP",
  }));
  const app = { name: "app", image: "lab/app", ports };
  const proxy = { name: "istio-proxy", image: "istio/proxyv2", ports: [] as typeof ports };
  const containers = { sidecar: [app, proxy], router: [proxy], none: [app] }[workload.proxy];
  return { serviceAccountName: serviceAccountOf(workload), containers };
}
