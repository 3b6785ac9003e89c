import type { Decision } from "@/lib/routing/decision";
import type { Exchange } from "@/lib/routing/exchange";
import type { KubeObject } from "@/lib/k8s/object";
import { hasLabels } from "@/lib/k8s/label-selector";
import { serviceSpec } from "@/lib/k8s/service";
import { registry, type RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import type { ProxyIdentity } from "@/lib/routing/request";
import type { RequestFacts } from "./request-labels";

/** A request on its way from one workload to the next. */
export interface HopRequest {
  readonly port: number;
  readonly address?: string | undefined;
  readonly method: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What whoever asked gets. */
export interface HopResult {
  /** 0 where the connection was closed without an answer. */
  readonly status: number;
  readonly durationMs: number;
  readonly responseBytes: number;
}

type NamedService = NonNullable<RequestFacts["service"]>;

/** How istiod names a service in a cluster's metadata. */
export const namedService = (service: RegistryService): NamedService => ({
  host: service.host,
  name: service.kind === "Service" ? service.name : service.host,
});

/** The service that a client's proxy counts a request for. */
export function countedService(
  decision: Decision,
  proxy: ProxyIdentity,
  authority: string,
): NamedService | undefined {
  if (decision.upstream) return namedService(decision.upstream.service);
  if (decision.cluster === "PassthroughCluster" || decision.cluster === "BlackHoleCluster") {
    return { host: authority, name: decision.cluster };
  }
  if (decision.routeName === "block_all") return { host: authority, name: "BlackHoleCluster" };
  // Gateways do not trust the host header to name a service.
  return proxy.type === "router" ? undefined : { host: authority, name: authority };
}

/** The service that a server's proxy counts requests to a port of its pod for. */
export function inboundService(
  mesh: MeshView,
  pod: KubeObject,
  port: number,
): RegistryService | undefined {
  return mesh
    .derive(registry)
    .services.find(
      (service) =>
        service.kind === "Service" &&
        service.namespace === pod.metadata.namespace &&
        selects(service, pod) &&
        service.ports.some(({ targetPort }) => targetPort === port),
    );
}

function selects(service: RegistryService, pod: KubeObject): boolean {
  const { selector } = serviceSpec(service.object);
  return selector !== undefined && hasLabels(pod.metadata.labels, selector);
}

/** Whether anybody listens in a pod: it is there and nobody has asked to delete it. */
export const listens = (pod: KubeObject | undefined): pod is KubeObject =>
  pod !== undefined && !pod.metadata.deletionTimestamp;

/** The endpoint that a request reached last; undefined where it reached none. */
export const lastTry = (result: Exchange) => result.tries.at(-1);
