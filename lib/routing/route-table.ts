import { compareHosts, hostMatches, isWildcard } from "@/lib/istio/host";
import type { VirtualHost } from "./compiled-route";

/** What a listener does with the requests that reach it. */
export interface RouteTable {
  /** Envoy's name of the route configuration: `9080`, `http.8080`. */
  readonly name: string;
  /** The virtual host of an authority, without its port and in lower case. */
  find(host: string): VirtualHost | undefined;
  /** What becomes of a host that no virtual host takes. */
  readonly fallback: "allow_any" | "block_all" | "not_found";
}

/**
 * Finds virtual hosts as Envoy does: an exact domain, then the longest wildcard. `late` makes up a
 * host of an exact domain that is not among `hosts`.
 */
export function routeTable(
  name: string,
  hosts: readonly VirtualHost[],
  fallback: RouteTable["fallback"],
  late: (host: string) => VirtualHost | undefined = () => undefined,
): RouteTable {
  const exact = new Map<string, VirtualHost>();
  const wildcards: (readonly [string, VirtualHost])[] = [];
  for (const host of hosts) {
    for (const domain of host.domains) {
      if (isWildcard(domain)) wildcards.push([domain, host]);
      else if (!exact.has(domain)) exact.set(domain, host);
    }
  }
  wildcards.sort(([a], [b]) => compareHosts(a, b));
  return {
    name,
    fallback,
    find: (host) =>
      exact.get(host) ?? late(host) ?? wildcards.find(([domain]) => hostMatches(domain, host))?.[1],
  };
}
