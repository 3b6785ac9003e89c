import type { Decision } from "@/lib/routing/decision";
import type { Exchange } from "@/lib/routing/exchange";
import type { KubeObject } from "@/lib/k8s/object";
import { hasLabels } from "@/lib/k8s/label-selector";
import { isHttp } from "@/lib/istio/protocol";
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
const namedService = (service: RegistryService): NamedService => ({
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

/** What a server's proxy takes a port of its pod for. */
export interface Inbound {
  /** Undefined where no Service leads there. */
  readonly service: NamedService | undefined;
  readonly protocol: "http" | "tcp";
}

/** What the proxy of a pod counts requests to one of its ports for: the first Service that leads there. */
export function inboundOf(mesh: MeshView, pod: KubeObject, number: number): Inbound {
  for (const service of mesh.derive(registry).services) {
    if (service.kind !== "Service" || service.namespace !== pod.metadata.namespace) continue;
    const port = service.ports.find(({ targetPort }) => targetPort === number);
    if (!port || !selects(service, pod)) continue;
    const looksInside = isHttp(port.protocol) || port.protocol === "Auto";
    return { service: namedService(service), protocol: looksInside ? "http" : "tcp" };
  }
  return { service: undefined, protocol: "http" };
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
