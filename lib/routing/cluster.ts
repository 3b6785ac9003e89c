import type { ClientTls } from "@/lib/istio/destination-rule";
import { resolveHost } from "@/lib/istio/host";
import { type EffectivePolicy, effectivePolicy } from "@/lib/istio/traffic-policy";
import type { Destination } from "@/lib/istio/virtual-service";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { destinationRules } from "@/lib/mesh/destination-rules";
import type { MergedDestinationRule, MergedSubset } from "@/lib/mesh/merge-destination-rules";
import { type Endpoint, endpoints } from "@/lib/mesh/endpoints";
import { registry, type RegistryPort, type RegistryService } from "@/lib/mesh/registry";
import { sidecarScopes } from "@/lib/mesh/sidecar-scope";
import type { MeshView } from "@/lib/mesh/view";
import { waypointEndpoints, waypointFromGateways } from "./ambient";
import type { ProxyIdentity } from "./request";

/** A cluster that a proxy has: one port of one host, or of a subset of it. */
export interface Cluster {
  /** `outbound|9080|v2|reviews.bookinfo.svc.cluster.local`. */
  readonly name: string;
  readonly service: RegistryService;
  readonly port: RegistryPort;
  readonly subset: MergedSubset | undefined;
  readonly rule: MergedDestinationRule | undefined;
  readonly policy: EffectivePolicy;
  readonly tls: ClientTls | undefined;
  /** Of the subset, ready or not. */
  readonly endpoints: readonly Endpoint[];
  /** Of them the ready ones. */
  readonly ready: readonly Endpoint[];
  /** Whether requests go on to the address that the client had connected to. */
  readonly originalDestination: boolean;
  /** The waypoint whose pods the endpoints are: a gateway's way to services that ask for it. */
  readonly waypoint?: KubeObject | undefined;
}

/** Why a proxy has no cluster of a name. */
export interface MissingCluster {
  readonly name: string;
  readonly missing: "host" | "port" | "subset";
  /** One clause in plain words. */
  readonly why: string;
}

/** Istio's name of an outbound cluster. */
const clusterName = (port: number, subset: string | undefined, host: string): string =>
  `outbound|${port}|${subset ?? ""}|${host}`;

/** The service that a proxy reaches by a host, as far as its configuration knows one. */
function serviceFor(
  mesh: MeshView,
  proxy: ProxyIdentity,
  host: string,
): RegistryService | undefined {
  if (proxy.type === "router") return mesh.derive(registry).lookup(host, proxy.namespace);
  return mesh.derive(sidecarScopes)(proxy).services.get(host);
}

/** The cluster that a destination names, written in an object of `namespace`. */
export function clusterFor(
  mesh: MeshView,
  proxy: ProxyIdentity,
  destination: Destination,
  at: {
    readonly namespace: string;
    readonly port: number;
    /** Whether a destination without port means the service's only one. */
    readonly onlyPort?: boolean;
  },
): Cluster | MissingCluster {
  const given = resolveHost(destination.host ?? "", at.namespace).toLowerCase();
  // An ExternalName Service is but another name for the one that it names.
  const host = serviceFor(mesh, proxy, given)?.alias ?? given;
  const service = serviceFor(mesh, proxy, host);
  // A sidecar's HTTP listener knows services by its own port alone, and never learns of another.
  const asks = at.onlyPort === true || proxy.type === "router";
  const only = asks && service?.ports.length === 1 ? service.ports[0]?.number : undefined;
  const number = destination.port?.number || only || at.port;
  const subset = destination.subset || undefined;
  const name = clusterName(number, subset, host);
  if (!service) return { name, missing: "host", why: `no service is known as ${host}` };
  const port = service.ports.find((candidate) => candidate.number === number);
  if (!port || port.protocol === "UDP") {
    return { name, missing: "port", why: `${host} has no port ${number}` };
  }
  const rule = mesh.derive(destinationRules).lookup(proxy, service);
  const merged = subset === undefined ? undefined : rule?.subsets.get(subset);
  if (subset !== undefined && !merged) {
    return { name, missing: "subset", why: `no DestinationRule of ${host} has subset ${subset}` };
  }
  return assemble(mesh, { name, service, port, subset: merged, rule }, proxy);
}

function assemble(
  mesh: MeshView,
  parts: Pick<Cluster, "name" | "service" | "port" | "subset" | "rule">,
  proxy: ProxyIdentity,
): Cluster {
  const { service, port, subset, rule } = parts;
  const waypoint = proxy.type === "router" ? waypointFromGateways(mesh, service) : undefined;
  const policy = effectivePolicy(rule?.trafficPolicy, subset?.subset.trafficPolicy, port.number);
  const labels = subset?.subset.labels ?? {};
  const all = waypoint
    ? waypointEndpoints(mesh, waypoint)
    : mesh.derive(endpoints).of(service, port);
  // Subsets are the waypoint's to tell apart.
  const chosen =
    subset && !waypoint ? all.filter((endpoint) => hasLabels(endpoint.labels, labels)) : all;
  return {
    ...parts,
    policy,
    tls: policy.tls,
    endpoints: chosen,
    ready: chosen.filter((endpoint) => endpoint.ready),
    waypoint,
    originalDestination:
      service.resolution === "NONE" ||
      policy.loadBalancer?.simple === "PASSTHROUGH" ||
      (service.headless && proxy.type === "sidecar"),
  };
}

/** Whether a destination led to a cluster. */
export const isCluster = (found: Cluster | MissingCluster): found is Cluster =>
  !("missing" in found);

/** The name that a cluster's TLS connections ask for: the DestinationRule's, else istiod's own. */
export const serverName = ({ tls, subset, port, service }: Cluster): string =>
  tls?.sni || `outbound_.${port.number}_.${subset?.subset.name ?? ""}_.${service.host}`;
