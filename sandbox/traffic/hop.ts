import type { Decision } from "@/lib/routing/decision";
import type { Downstream } from "@/lib/routing/journey-setting";
import type { Inbound } from "@/lib/routing/inbound";
import type { RegistryService } from "@/lib/mesh/registry";
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

/** The service that a client's proxy, or a waypoint, counts a request for. */
export function countedService(
  decision: Decision,
  proxy: ProxyIdentity,
  authority: string,
  downstream?: Downstream,
): NamedService | undefined {
  if (decision.upstream) return namedService(decision.upstream.service);
  if (proxy.type === "waypoint") return downstream?.service && namedService(downstream.service);
  if (decision.cluster === "PassthroughCluster" || decision.cluster === "BlackHoleCluster") {
    return { host: authority, name: decision.cluster };
  }
  if (decision.routeName === "block_all") return { host: authority, name: "BlackHoleCluster" };
  // Gateways do not trust the host header to name a service.
  return proxy.type === "router" ? undefined : { host: authority, name: authority };
}

/** The service that a server's proxy counts a request for; undefined where none leads there. */
export const receivedService = ({ service }: Inbound): NamedService | undefined =>
  service && namedService(service);
