import { isAmbientNamespace, REDIRECTION } from "@/lib/istio/ambient";
import type { KubeObject } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import {
  asksForAmbient,
  isWaypointGateway,
  waypointLabels,
  waypointPodLabels,
  waypointPodSpec,
} from "@/lib/routing/ambient";
import { serviceAccount } from "@/sandbox/scenarios/object-builders";
import type { ControllerContext } from "./controller-context";

const ROOT = "istio-system";
const ZTUNNEL = "ztunnel";

/** Whether a change of a pod is one for `reconcileCapture`. */
export const concernsAmbient = (pod: KubeObject, namespace: KubeObject | undefined): boolean =>
  isAmbientNamespace(namespace?.metadata.labels ?? {}) ||
  pod.metadata.annotations?.[REDIRECTION] !== undefined ||
  pod.metadata.labels?.["istio.io/dataplane-mode"] !== undefined;

/**
 * What istio-cni does with the pods of a namespace: those that ask for ambient are annotated as
 * captured, without a restart, and the others are let go. With the first one captured each node gets
 * a ztunnel, of which a DaemonSet would see to it.
 */
export function reconcileCapture(context: ControllerContext, namespace: KubeObject): void {
  const { store, index } = context;
  let captures = false;
  for (const pod of index.inNamespace("Pod", namespace.metadata.name)) {
    const wanted = asksForAmbient(pod, namespace);
    captures ||= wanted;
    if (wanted === (pod.metadata.annotations?.[REDIRECTION] === "enabled")) continue;
    if (podStatus(pod).podIP === undefined) continue;
    const { [REDIRECTION]: _, ...others } = pod.metadata.annotations ?? {};
    const annotations = wanted ? { ...others, [REDIRECTION]: "enabled" } : others;
    store.update({ ...pod, metadata: { ...pod.metadata, annotations } });
  }
  if (captures) provideZtunnels(context);
}

function provideZtunnels(context: ControllerContext): void {
  const { store, index } = context;
  const known = new Set(index.inNamespace("Pod", ROOT).map(({ metadata }) => metadata.name));
  for (const { metadata } of index.inNamespace("Node", "")) {
    const name = `${ZTUNNEL}-${metadata.name}`;
    if (known.has(name)) continue;
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        namespace: ROOT,
        labels: { app: ZTUNNEL, "istio.io/dataplane-mode": "none" },
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: "DaemonSet",
            name: ZTUNNEL,
            uid: `daemonset-${ROOT}-${ZTUNNEL}`,
            controller: true,
          },
        ],
      },
      spec: {
        nodeName: metadata.name,
        serviceAccountName: ZTUNNEL,
        containers: [
          {
            name: "istio-proxy",
            image: "docker.io/istio/ztunnel:1.30.1",
            args: ["proxy", "ztunnel"],
          },
        ],
      },
      status: { phase: "Pending" },
    };
    store.create(context.placed(pod));
  }
}

/**
 * What istiod deploys for a Gateway that is a waypoint: its account, Deployment and Service.
 * Source: istio manifests/charts/istio-control/istio-discovery/files/waypoint.yaml.
 */
export function reconcileWaypoint({ store }: ControllerContext, gateway: KubeObject): void {
  const { name, namespace = "", uid = "" } = gateway.metadata;
  if (!isWaypointGateway(gateway) || gateway.metadata.deletionTimestamp) return;
  const { apiVersion, kind } = gateway;
  const labels = waypointLabels(name);
  const metadata = {
    name,
    namespace,
    labels,
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
  };
  if (!store.get("Deployment", namespace, name)) {
    store.create({ ...serviceAccount(namespace, name), metadata });
    store.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels: waypointPodLabels(name) }, spec: waypointPodSpec(name) },
      },
    });
  }
  if (store.get("Service", namespace, name)) return;
  store.create({
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: {
      type: "ClusterIP",
      selector: { "gateway.networking.k8s.io/gateway-name": name },
      ports: [{ name: "mesh", port: 15_008, protocol: "TCP", appProtocol: "all" }],
    },
  });
}
