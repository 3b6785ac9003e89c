import {
  INGRESS_USE_WAYPOINT,
  REDIRECTION,
  WAYPOINT_CLASS,
  WAYPOINT_FOR,
  WAYPOINT_LABEL,
  waypointOf,
  wantsAmbient,
} from "@/lib/istio/ambient";
import { kubernetesGatewaySpec } from "@/lib/istio/kubernetes-gateway";
import type { KubeObject } from "@/lib/k8s/object";
import { isPodReady, podSpec, podStatus } from "@/lib/k8s/pod";
import { listenerNamespaces } from "@/lib/mesh/kubernetes-gateways";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import { GATEWAY_NAME, proxyOf } from "./request";

type Labels = Readonly<Record<string, string>>;

/** Where waypoints and ztunnels take connections of the mesh. */
const HBONE_PORT = 15_008;

/**
 * Whether ztunnel carries the traffic of a pod: its labels or its namespace's ask for ambient, it
 * has no proxy of its own and does not share its node's network; or the node says that it does so
 * already. Source: istio.io/latest/docs/ambient/usage/add-workloads.
 */
export function isCaptured(mesh: MeshView, pod: KubeObject): boolean {
  if (pod.metadata.annotations?.[REDIRECTION] === "enabled") return !proxyOf(pod);
  return asksForAmbient(pod, mesh.get("Namespace", "", pod.metadata.namespace ?? ""));
}

/** The same by labels alone, whatever the node has done so far. */
export const asksForAmbient = (pod: KubeObject, namespace: KubeObject | undefined): boolean =>
  wantsAmbient(pod.metadata.labels ?? {}, namespace?.metadata.labels ?? {}) &&
  !podSpec(pod).hostNetwork &&
  !proxyOf(pod);

/** Whether a Gateway is a waypoint. */
export const isWaypointGateway = (gateway: KubeObject): boolean =>
  kubernetesGatewaySpec(gateway).gatewayClassName === WAYPOINT_CLASS;

/**
 * The waypoint that requests to a service's virtual address go through. A name that no Gateway has
 * binds nobody, as does a Gateway that does not let the service's namespace in.
 * Source: istio.io/latest/docs/ambient/usage/waypoint.
 */
export const waypointOfService = (
  mesh: MeshView,
  { namespace, object }: RegistryService,
): KubeObject | undefined => bound(mesh, namespace, object.metadata.labels, "service");

/**
 * The waypoint that gateways send requests to a service through: only one whose service or namespace
 * asks for it, and only by the service's virtual address. Source: istiod's findServiceWaypoint.
 */
export function waypointFromGateways(
  mesh: MeshView,
  service: RegistryService,
): KubeObject | undefined {
  if (service.addresses.length === 0) return undefined;
  const own = service.object.metadata.labels?.[INGRESS_USE_WAYPOINT];
  const ofNamespace = mesh.get("Namespace", "", service.namespace)?.metadata.labels;
  const asked = own ?? ofNamespace?.[INGRESS_USE_WAYPOINT];
  if (!/^(1|t|true)$/i.test(asked ?? "")) return undefined;
  return waypointOfService(mesh, service);
}

/** The waypoint that connections to a pod's own address go through. */
export const waypointOfPod = (mesh: MeshView, { metadata }: KubeObject): KubeObject | undefined =>
  bound(mesh, metadata.namespace ?? "", metadata.labels, "workload");

function bound(
  mesh: MeshView,
  namespace: string,
  own: Labels = {},
  traffic: "service" | "workload",
): KubeObject | undefined {
  const { labels = {} } = mesh.get("Namespace", "", namespace)?.metadata ?? {};
  const named = waypointOf(own, { name: namespace, labels });
  const gateway = named && mesh.get("KubernetesGateway", named.namespace, named.name);
  if (!gateway || !isWaypointGateway(gateway)) return undefined;
  const serves = gateway.metadata.labels?.[WAYPOINT_FOR] ?? "service";
  if (serves !== traffic && serves !== "all") return undefined;
  return letsIn(mesh, gateway, namespace) ? gateway : undefined;
}

const letsIn = (mesh: MeshView, gateway: KubeObject, namespace: string): boolean =>
  gateway.metadata.namespace === namespace ||
  (kubernetesGatewaySpec(gateway).listeners ?? []).some((listener) => {
    const from = listenerNamespaces(mesh, gateway, listener);
    return from === "*" || from.includes(namespace);
  });

/** The pods of a waypoint, ready or not. */
const podsOf = (mesh: MeshView, { metadata }: KubeObject): readonly KubeObject[] =>
  mesh.lookup(WAYPOINT_PODS, `${metadata.namespace ?? ""}/${metadata.name}`);

/** The endpoints of a waypoint that can be connected to. */
export const waypointEndpoints = (mesh: MeshView, gateway: KubeObject) =>
  podsOf(mesh, gateway)
    .filter(isPodReady)
    .map((pod) => ({
      address: podStatus(pod).podIP ?? "",
      port: HBONE_PORT,
      ready: true,
      pod,
      labels: pod.metadata.labels ?? {},
      namespace: pod.metadata.namespace ?? "",
      serviceAccount: gateway.metadata.name,
      tlsMode: "istio" as const,
    }));

const WAYPOINT_PODS: MeshIndex<KubeObject> = {
  kinds: ["Pod"],
  *entries(pod) {
    const { namespace = "", labels = {} } = pod.metadata;
    const name = labels[GATEWAY_NAME];
    if (name === undefined || proxyOf(pod)?.type !== "waypoint") return;
    yield [`${namespace}/${name}`, pod];
  },
};

/**
 * What istiod labels a waypoint's Deployment, Service and pods with.
 * Source: istio manifests/charts/istio-control/istio-discovery/files/waypoint.yaml.
 */
export const waypointLabels = (gateway: string): Labels => ({
  [GATEWAY_NAME]: gateway,
  [WAYPOINT_LABEL.name]: WAYPOINT_LABEL.value,
});

/** What else the pods of a waypoint carry: nothing may capture them. */
export const waypointPodLabels = (gateway: string): Labels => ({
  ...waypointLabels(gateway),
  "istio.io/dataplane-mode": "none",
  "sidecar.istio.io/inject": "false",
  "service.istio.io/canonical-name": gateway,
  "service.istio.io/canonical-revision": "latest",
});

/** What runs in the pods of a waypoint. */
export const waypointPodSpec = (gateway: string) => ({
  serviceAccountName: gateway,
  containers: [
    {
      name: "istio-proxy",
      image: "docker.io/istio/proxyv2:1.30.1",
      args: ["proxy", "waypoint"],
    },
  ],
});

/** Pods that istiod would make of the waypoints which have none: files rarely name them. */
export const expectedWaypointPods = (mesh: MeshView): readonly KubeObject[] =>
  mesh
    .list("KubernetesGateway")
    .filter((gateway) => isWaypointGateway(gateway) && podsOf(mesh, gateway).length === 0)
    .map(({ metadata: { name, namespace = "" } }, index) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels: waypointPodLabels(name) },
      spec: waypointPodSpec(name),
      status: {
        phase: "Running",
        podIP: `192.0.2.${(index % 254) + 1}`,
        conditions: [{ type: "Ready", status: "True" }],
      },
    }));
