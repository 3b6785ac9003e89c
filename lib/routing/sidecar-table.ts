import { groupBy } from "@/lib/base/group-by";
import { weakMemo } from "@/lib/base/weak-memo";
import {
  CLUSTER_DOMAIN,
  compareHosts,
  hostMatches,
  hostsOverlap,
  isIpAddress,
  isWildcard,
  serviceFqdn,
} from "@/lib/istio/host";
import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { isHttp } from "@/lib/istio/protocol";
import type { RegistryPort, RegistryService } from "@/lib/mesh/registry";
import { type EgressScope, type SidecarScope, sidecarScopes } from "@/lib/mesh/sidecar-scope";
import type { MeshView } from "@/lib/mesh/view";
import type { MeshVirtualService } from "@/lib/mesh/virtual-services";
import { compileRoutes } from "./compile-routes";
import type { CompiledRoute, VirtualHost } from "./compiled-route";
import { sourcedRoutes } from "./delegates";
import { dial } from "./dial";
import type { ProxyIdentity } from "./request";
import { type RouteTable, routeTable } from "./route-table";

/** The services of a listener that carry HTTP on one port, each with that port. */
type PortServices = ReadonlyMap<
  string,
  { readonly service: RegistryService; readonly port: RegistryPort }
>;

/**
 * Whether a sidecar has a listener of HTTP that takes connections to an address and port: a Sidecar's
 * own, which may be bound to one address, else that of all services with the port.
 *
 * @param address undefined for an unknown one
 */
export function listensForHttp(
  scope: SidecarScope,
  port: number,
  address: string | undefined,
): boolean {
  const own = scope.egress.filter((listener) => listener.port === port);
  const takes = ({ protocol = "Auto", services }: EgressScope): boolean =>
    services.size > 0 && (isHttp(protocol) || protocol === "Auto");
  const open = own.find(({ bind, services }) => bind === undefined && services.size > 0);
  if (own.some((listener) => listener.bind === address && listener.bind && takes(listener))) {
    return true;
  }
  if (open) return takes(open);
  const rest = scope.egress.find((listener) => listener.port === undefined);
  return rest !== undefined && servicesOnPort(rest, port).size > 0;
}

/**
 * The routes that a sidecar has for a port, if it listens for HTTP there.
 * Source: istiod's BuildSidecarOutboundVirtualHosts.
 */
export function sidecarTable(
  mesh: MeshView,
  proxy: ProxyIdentity,
  port: number,
): RouteTable | undefined {
  const scope = mesh.derive(sidecarScopes)(proxy);
  const egress =
    scope.egress.find((listener) => listener.port === port) ??
    scope.egress.find((listener) => listener.port === undefined);
  if (!egress) return undefined;
  const services = servicesOnPort(egress, port);
  const { hosts, late } = virtualHosts(mesh, { proxy, port, services, egress });
  return routeTable(String(port), hosts, fallbackOf(scope), late);
}

const fallbackOf = (scope: SidecarScope): RouteTable["fallback"] =>
  scope.outbound === "ALLOW_ANY" ? "allow_any" : "block_all";

/** Ports whose protocol is found out by looking are routed like HTTP when HTTP is what comes. */
function servicesOnPort(egress: EgressScope, number: number): PortServices {
  const services = new Map<string, { service: RegistryService; port: RegistryPort }>();
  for (const [host, service] of egress.services) {
    if (service.alias !== undefined) continue;
    const port = service.ports.find((candidate) => candidate.number === number);
    if (port && (isHttp(port.protocol) || port.protocol === "Auto")) {
      services.set(host, { service, port });
    }
  }
  return services;
}

interface Listener {
  readonly proxy: ProxyIdentity;
  readonly port: number;
  readonly services: PortServices;
  readonly egress: EgressScope;
}

/**
 * The hosts that VirtualServices speak for and those that are wildcards. The thousands of others,
 * each with Istio's default route, are made up when a request names one.
 */
function virtualHosts(mesh: MeshView, listener: Listener) {
  const { proxy, port, services } = listener;
  const candidates = meshVirtualServices(listener);
  const wildcardOwners = mostSpecificWildcards(candidates, services);
  const taken = new Set<string>();
  const hosts: VirtualHost[] = [];
  const add = (name: string, domains: readonly string[], routes: readonly CompiledRoute[]) => {
    const free = domains.filter((domain) => !taken.has(domain));
    if (free.length === 0 || free[0] !== domains[0]) return;
    for (const domain of free) taken.add(domain);
    hosts.push({ name, domains: free, routes, requireTls: false });
  };

  const withRoutes = new Set<string>();
  for (const virtualService of candidates) {
    const context = { proxy, port, gateways: new Set([MESH_GATEWAY]) };
    const routes = compileRoutes(sourcedRoutes(mesh, virtualService), context);
    if (routes.length === 0) continue;
    const { known: found, others } = split(virtualService, services, wildcardOwners);
    // An HTTPRoute goes for clients of its own namespace, or for a Service of it.
    const known = found.filter(
      (host) =>
        !virtualService.httpRoutes ||
        virtualService.namespace === proxy.namespace ||
        services.get(host)?.service.namespace === virtualService.namespace,
    );
    if (known.length === 0 && (port !== 80 || virtualService.httpRoutes)) continue;
    for (const host of others) add(`${host}:${port}`, [host], routes);
    for (const host of known) {
      const found = services.get(host);
      if (!found || withRoutes.has(host)) continue;
      withRoutes.add(host);
      add(`${host}:${port}`, domainsOf(found.service, listener), routes);
    }
  }
  for (const [host, { service }] of services) {
    if (withRoutes.has(host) || !(isWildcard(host) || service.headless)) continue;
    add(`${host}:${port}`, domainsOf(service, listener), [defaultRoute(host, port)]);
  }
  const made = new Map<string, VirtualHost>();
  const late = (domain: string): VirtualHost | undefined => {
    const host = fullNames(mesh, domain, listener).find((name) => services.has(name));
    const service = host === undefined ? undefined : services.get(host)?.service;
    if (host === undefined || !service || withRoutes.has(host)) return undefined;
    const known = made.get(host) ?? {
      name: `${host}:${port}`,
      domains: domainsOf(service, listener).filter((one) => !taken.has(one)),
      routes: [defaultRoute(host, port)],
      requireTls: false,
    };
    made.set(host, known);
    return known.domains.includes(domain) ? known : undefined;
  };
  return { hosts, late };
}

/** Those bound to the mesh; on ports other than 80 only those that name a service of the port. */
function meshVirtualServices({ egress, port, services }: Listener): readonly MeshVirtualService[] {
  const bound = egress.virtualServices.filter(
    ({ gateways, hosts }) => hosts.length > 0 && gateways.includes(MESH_GATEWAY),
  );
  if (port === 80) return bound;
  return bound.filter(({ hosts }) =>
    hosts.some(
      (host) =>
        services.has(host) ||
        [...services.keys()].some(
          (known) =>
            (isWildcard(host) && hostMatches(host, known)) ||
            (isWildcard(known) && hostMatches(known, host)),
        ),
    ),
  );
}

/** For each service the VirtualService whose wildcard fits it best, unless one names it exactly. */
function mostSpecificWildcards(
  candidates: readonly MeshVirtualService[],
  services: PortServices,
): ReadonlyMap<string, MeshVirtualService> {
  const exact = new Set<string>();
  const byWildcard = new Map<string, MeshVirtualService>();
  for (const candidate of candidates) {
    for (const host of candidate.hosts) {
      if (!isWildcard(host)) exact.add(host);
      else if (!byWildcard.has(host)) byWildcard.set(host, candidate);
    }
  }
  const wildcards = [...byWildcard.keys()].sort(compareHosts);
  const owners = new Map<string, MeshVirtualService>();
  for (const host of services.keys()) {
    if (exact.has(host)) continue;
    const best = wildcards.find((wildcard) => hostMatches(wildcard, host));
    const owner = best && byWildcard.get(best);
    if (owner) owners.set(host, owner);
  }
  return owners;
}

/** The hosts of a VirtualService: services of the port, and names that no service has. */
function split(
  virtualService: MeshVirtualService,
  services: PortServices,
  wildcardOwners: ReadonlyMap<string, MeshVirtualService>,
): { readonly known: readonly string[]; readonly others: readonly string[] } {
  const known: string[] = [];
  const others: string[] = [];
  for (const host of virtualService.hosts.filter((name) => !isWildcard(name))) {
    if (services.has(host)) known.push(host);
    else others.push(host);
  }
  for (const host of virtualService.hosts.filter(isWildcard)) {
    const matching = [...services.keys()].filter((name) => hostsOverlap(host, name));
    // One that fits a service is never a name of its own, even where another fits it better.
    if (matching.length === 0 || virtualService.httpRoutes) others.push(host);
    else known.push(...matching.filter((name) => wildcardOwners.get(name) === virtualService));
  }
  return { known, others };
}

/** The full names that a domain can stand for, its own first. */
function fullNames(
  mesh: MeshView,
  given: string,
  { proxy: { namespace }, egress }: Pick<Listener, "proxy" | "egress">,
): readonly string[] {
  if (isIpAddress(given)) return [dial(mesh, given, namespace).service?.host ?? given];
  const domain = given.replace(/\.$/, "");
  const names = [
    domain,
    ...(domain.includes(".") ? [] : [serviceFqdn(domain, namespace)]),
    `${domain}.svc.${CLUSTER_DOMAIN}`,
    `${domain}.${CLUSTER_DOMAIN}`,
  ];
  return names.map((name) => egress.services.get(name)?.alias ?? name);
}

/** What clients may call a service: its full name, shorter ones, and its virtual addresses. */
function domainsOf(
  service: RegistryService,
  { proxy, services, egress }: Pick<Listener, "proxy" | "services" | "egress">,
): string[] {
  const domains = namesOf(service, proxy.namespace);
  for (const alias of aliases(egress).get(service.host) ?? []) {
    domains.push(...namesOf(alias, proxy.namespace));
  }
  // A service's full name is its own, whoever else might use it as a short one.
  const free = domains.filter((name) => name === service.host || !services.has(name));
  if (service.headless) free.push(...free.map((domain) => `*.${domain}`));
  return [...free, ...service.addresses.filter((address) => !address.includes("/"))];
}

/** The ExternalName Services of a listener by what they stand for. */
const aliases = weakMemo(({ services }: EgressScope) =>
  groupBy(
    [...services.values()].filter(({ alias }) => alias !== undefined),
    ({ alias }) => alias ?? "",
  ),
);

/** The names of a service, as it is written in full and, in a cluster, shorter. */
function namesOf(service: RegistryService, namespace: string): string[] {
  const { host, name } = service;
  const names = [host, `${host}.`];
  if (service.kind !== "Service") return names;
  if (service.namespace === namespace) names.push(name);
  return [...names, `${name}.${service.namespace}`, `${name}.${service.namespace}.svc`];
}

/** The route that istiod makes of a service that no VirtualService speaks for. */
const defaultRoute = (host: string, port: number): CompiledRoute => ({
  name: "default",
  object: undefined,
  path: undefined,
  matchPath: undefined,
  conditions: [],
  catchAll: true,
  http: { route: [{ destination: { host, port: { number: port } } }] },
  matchedUri: undefined,
  ignoreUriCase: false,
  bySegment: false,
  missingStatus: 503,
  namespace: "",
  port,
});
