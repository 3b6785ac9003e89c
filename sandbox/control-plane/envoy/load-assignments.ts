import { canonicalName, canonicalRevision } from "@/lib/istio/labels";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { Subset } from "@/lib/istio/destination-rule";
import { effectivePolicy } from "@/lib/istio/traffic-policy";
import { destinationRules } from "@/lib/mesh/destination-rules";
import { type Endpoint, endpoints } from "@/lib/mesh/endpoints";
import type { Locality } from "@/lib/mesh/locality";
import type { MeshView } from "@/lib/mesh/view";
import { type EndpointGroup, endpointGroups, weightOf } from "@/lib/routing/endpoint-groups";
import { type ProxyPod, proxyPods } from "../proxy-pod";
import { proxyScope } from "../proxy-scope";
import { istioMetadata, type Json, outboundName, socket, typeOf } from "./parts";

/** The endpoints of one cluster. */
export interface LoadAssignment {
  readonly cluster: string;
  readonly endpoints: readonly Endpoint[];
  /** Whether istiod sends them (EDS), not Envoy's own DNS. */
  readonly discovered: boolean;
  /** In the localities and priorities in which the proxy of the pod has them. */
  readonly groups: () => readonly EndpointGroup[];
}

/** The endpoints of every outbound cluster of the proxy, subsets by their labels. */
export function loadAssignments(pod: ProxyPod, mesh: MeshView): readonly LoadAssignment[] {
  const known = mesh.derive(endpoints);
  const rules = mesh.derive(destinationRules);
  const proxy = { namespace: pod.namespace, pod: pod.name };
  return proxyScope(pod, mesh).services.flatMap((service) => {
    if (service.resolution === "NONE") return [];
    const discovered = service.resolution === "Kubernetes" || service.resolution === "STATIC";
    const rule = rules.lookup(pod, service);
    const subsets = [...(rule?.subsets.values() ?? [])];
    return service.ports
      .filter(({ protocol }) => protocol !== "UDP")
      .flatMap((port) => {
        const all = known.of(service, port).filter(({ ready }) => ready);
        const of = (subset: Subset | undefined, ready: readonly Endpoint[]): LoadAssignment => ({
          cluster: outboundName(port.number, subset?.name ?? "", service.host),
          endpoints: ready,
          discovered,
          groups: () => {
            const own = subset?.trafficPolicy;
            const policy = effectivePolicy(rule?.trafficPolicy, own, port.number);
            return endpointGroups(mesh, proxy, { policy, service, ready });
          },
        });
        return [
          of(undefined, all),
          ...subsets.map(({ subset }) =>
            of(
              subset,
              all.filter(({ labels }) => hasLabels(labels, subset.labels ?? {})),
            ),
          ),
        ];
      });
  });
}

/** One assignment as the configuration dump shows it. */
export function loadAssignmentDump({ cluster, groups }: LoadAssignment, mesh: MeshView): Json {
  return {
    endpoint_config: {
      ...typeOf("config.endpoint.v3.ClusterLoadAssignment"),
      cluster_name: cluster,
      endpoints: groups().map(({ locality, endpoints: list, weight, priority }) => ({
        locality: placed(locality),
        lb_endpoints: list.map((endpoint) => lbEndpoint(endpoint, mesh)),
        load_balancing_weight: weight,
        ...(priority > 0 && { priority }),
      })),
      policy: { overprovisioning_factor: 140 },
    },
  };
}

function lbEndpoint(endpoint: Endpoint, mesh: MeshView): Json {
  const { address, port, tlsMode } = endpoint;
  const metadata = istioMetadata({ workload: workloadText(endpoint, mesh) })["metadata"] as {
    filter_metadata: Json;
  };
  return {
    endpoint: { address: socket(address, port), health_check_config: {} },
    health_status: "HEALTHY",
    metadata: {
      filter_metadata: {
        ...metadata.filter_metadata,
        ...(tlsMode === "istio" ? { "envoy.transport_socket_match": { tlsMode: "istio" } } : {}),
      },
    },
    load_balancing_weight: weightOf(endpoint),
  };
}

/** A locality as Envoy prints it: without what is not known. */
const placed = ({ region, zone, subzone }: Locality): Json => ({
  ...(region && { region }),
  ...(zone && { zone }),
  ...(subzone && { sub_zone: subzone }),
});

/** `reviews-v1;bookinfo;reviews;v1;Kubernetes` */
function workloadText({ pod, labels, namespace, workload: entry }: Endpoint, mesh: MeshView) {
  if (!pod && entry === undefined) return ";;;;Kubernetes";
  const key = pod ? `${pod.metadata.namespace ?? ""}/${pod.metadata.name}` : "";
  const workload = entry ?? proxyPods(mesh).get(key)?.workload ?? pod?.metadata.name ?? "";
  return [
    workload,
    namespace,
    canonicalName(labels, workload),
    canonicalRevision(labels),
    "Kubernetes",
  ].join(";");
}
