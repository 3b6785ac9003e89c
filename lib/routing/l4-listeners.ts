import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { hostMatches } from "@/lib/istio/host";
import { isHttp } from "@/lib/istio/protocol";
import { endpoints } from "@/lib/mesh/endpoints";
import type { RegistryPort, RegistryService } from "@/lib/mesh/registry";
import type { SidecarScope } from "@/lib/mesh/sidecar-scope";
import type { MeshView } from "@/lib/mesh/view";
import type { MeshVirtualService } from "@/lib/mesh/virtual-services";
import type { MeshRequest } from "./request";

/** A service with the port of it that a listener is for. */
export interface ServicePort {
  readonly service: RegistryService;
  readonly port: RegistryPort;
}

/** The listeners of a sidecar on one port. */
interface PortListeners {
  /** Bound to the virtual address of a service. */
  readonly byAddress: ReadonlyMap<string, ServicePort>;
  /** Headless services, whose listeners are bound to the addresses of their pods. */
  readonly headless: readonly ServicePort[];
  /** Of services without address, which take whatever else goes to the port. HTTP is not here. */
  readonly open: readonly ServicePort[];
}

/** What a listener makes of a connection. */
export interface FoundListener extends ServicePort {
  /** Whether it is bound to the very address that was dialled. */
  readonly bound: boolean;
}

/** Finds the listener of a connection; undefined where none but HTTP's, or none at all, takes it. */
export function listenerFor(
  mesh: MeshView,
  scope: SidecarScope,
  { port, address, protocol = "http", sni }: MeshRequest,
): FoundListener | undefined {
  const listeners = listenersOf(scope).get(port);
  if (!listeners) return undefined;
  const exact =
    address === undefined
      ? undefined
      : (listeners.byAddress.get(address) ??
        listeners.headless.find((one) => isEndpoint(mesh, one, address)));
  if (exact) return isHttp(exact.port.protocol) ? undefined : { ...exact, bound: true };
  const open = listeners.open.find((one) =>
    isTls(one.port) ? protocol === "tls" && hostMatches(one.service.host, sni ?? "") : true,
  );
  return open && { ...open, bound: false };
}

/** Whether connections to a port are told apart by the names that TLS clients ask for. */
export const isTls = ({ protocol }: RegistryPort): boolean =>
  protocol === "TLS" || protocol === "HTTPS";

const isEndpoint = (mesh: MeshView, { service, port }: ServicePort, address: string): boolean =>
  mesh
    .derive(endpoints)
    .of(service, port)
    .some((endpoint) => endpoint.address === address);

/** Every port of a service that a scope has a listener for, those of listeners with a port first. */
function* portsOf(scope: SidecarScope): Generator<ServicePort & { bind: string | undefined }> {
  for (const { bind, port: only, protocol = "Auto", services } of scope.egress) {
    for (const service of services.values()) {
      for (const port of service.ports) {
        // A listener with a port of its own says itself what it takes that for.
        if (only === undefined) yield { bind, service, port };
        else if (only === port.number) yield { bind, service, port: { ...port, protocol } };
      }
    }
  }
}

const known = new WeakMap<SidecarScope, ReadonlyMap<number, PortListeners>>();

function listenersOf(scope: SidecarScope): ReadonlyMap<number, PortListeners> {
  const found = known.get(scope);
  if (found) return found;
  const byPort = new Map<
    number,
    { byAddress: Map<string, ServicePort>; headless: ServicePort[]; open: ServicePort[] }
  >();
  for (const { bind, service, port } of portsOf(scope)) {
    if (port.protocol === "UDP" || service.alias !== undefined) continue;
    const listeners = byPort.get(port.number) ?? {
      byAddress: new Map<string, ServicePort>(),
      headless: [],
      open: [],
    };
    byPort.set(port.number, listeners);
    const one = { service, port };
    if (bind === undefined && service.headless) listeners.headless.push(one);
    else if (bind === undefined && service.addresses.length === 0) {
      if (!isHttp(port.protocol)) listeners.open.push(one);
    }
    for (const address of bind === undefined ? service.addresses : [bind]) {
      if (!listeners.byAddress.has(address)) listeners.byAddress.set(address, one);
    }
  }
  known.set(scope, byPort);
  return byPort;
}

/** The VirtualServices of sidecars that a port's listener knows. */
export function l4VirtualServices(
  scope: SidecarScope,
  port: number,
): readonly MeshVirtualService[] {
  const egress =
    scope.egress.find((listener) => listener.port === port) ??
    scope.egress.find((listener) => listener.port === undefined);
  return (egress?.virtualServices ?? []).filter(({ gateways }) => gateways.includes(MESH_GATEWAY));
}
