import { WAYPOINT_CLASS } from "@/lib/istio/ambient";
import { serviceFqdn, serviceOfFqdn } from "@/lib/istio/host";
import { httpRouteSpec } from "@/lib/istio/http-route";
import { kubernetesGatewaySpec, type Listener } from "@/lib/istio/kubernetes-gateway";
import type { KubeObject } from "@/lib/k8s/object";
import { serviceSpec } from "@/lib/k8s/service";
import { attachments } from "@/lib/mesh/route-attachments";
import { internalGatewayName } from "@/lib/mesh/kubernetes-gateways";
import type { MeshView } from "@/lib/mesh/view";
import { type Condition, fails, holds } from "./condition";

/** What istiod says of a listener. */
export interface ListenerStatus {
  readonly name: string;
  readonly attachedRoutes: number;
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
  readonly conditions: readonly Condition[];
}

/** What istiod says of a Gateway of the Gateway API. */
export interface GatewayStatus {
  readonly addresses: readonly { readonly type: string; readonly value: string }[];
  readonly conditions: readonly Condition[];
  readonly listeners: readonly ListenerStatus[];
}

const GROUP = "gateway.networking.k8s.io";
const CLASSES: ReadonlySet<string> = new Set(["istio", WAYPOINT_CLASS]);
const NO_ERRORS = "No errors found";

/** The kinds of route that the routes of each protocol are of. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  HTTP: ["HTTPRoute", "GRPCRoute"],
  HTTPS: ["HTTPRoute", "GRPCRoute"],
  TCP: ["TCPRoute"],
  TLS: ["TLSRoute"],
  HBONE: [],
};

/** Whether istiod takes a Gateway on. */
export const isHandled = (gateway: KubeObject): boolean =>
  CLASSES.has(kubernetesGatewaySpec(gateway).gatewayClassName ?? "");

/**
 * What istiod says of a Gateway; undefined for one of a class that is none of its own. Source: istiod's
 * reportGatewayStatus, and statuses that a real one wrote.
 */
export function gatewayStatus(mesh: MeshView, gateway: KubeObject): GatewayStatus | undefined {
  if (!isHandled(gateway)) return undefined;
  const { listeners = [] } = kubernetesGatewaySpec(gateway);
  const invalid = listeners.filter(({ protocol = "" }) => !isSupported(protocol, gateway)).length;
  const places = servicesOf(gateway).map((host) => placeOf(mesh, gateway, host));
  return {
    addresses: places.flatMap(({ address }) => (address ? [address] : [])),
    conditions: [
      accepted(listeners.length, invalid),
      programmed(listeners, places),
      holds("ResolvedRefs", "ResolvedRefs", "All references resolved"),
    ],
    listeners: listeners.map((listener) => listenerStatus(mesh, gateway, listener)),
  };
}

function isSupported(protocol: string, gateway: KubeObject): boolean {
  if (protocol !== "HBONE") return KINDS[protocol] !== undefined;
  return kubernetesGatewaySpec(gateway).gatewayClassName === WAYPOINT_CLASS;
}

function accepted(all: number, invalid: number): Condition {
  if (invalid === 0) return holds("Accepted", "Accepted", "Resource accepted");
  const reason = "ListenersNotValid";
  return invalid === all
    ? fails("Accepted", reason, "None of the Gateway's listeners are valid")
    : holds("Accepted", reason, "One or more of the Gateway's listeners are invalid");
}

/** The full names of the Services that carry a Gateway: those that it names, else its own. */
function servicesOf({ metadata, ...gateway }: KubeObject): readonly string[] {
  const { name, namespace = "" } = metadata;
  const { addresses = [], gatewayClassName } = kubernetesGatewaySpec({ metadata, ...gateway });
  const named = addresses.filter(({ type = "Hostname" }) => type === "Hostname");
  if (named.length > 0) {
    return named.map(({ value = "" }) =>
      value.includes(".") ? value : serviceFqdn(value, namespace),
    );
  }
  return [serviceFqdn(gatewayClassName === WAYPOINT_CLASS ? name : `${name}-istio`, namespace)];
}

/** Where a Gateway's ports can be reached, or why not. */
interface Place {
  readonly host: string;
  readonly address: { readonly type: string; readonly value: string } | undefined;
  readonly ports: readonly number[];
}

function placeOf(mesh: MeshView, gateway: KubeObject, host: string): Place {
  const named = serviceOfFqdn(host);
  const service = named && mesh.get("Service", named.namespace, named.name);
  if (!service) return { host, address: undefined, ports: [] };
  const { clusterIP, ports = [] } = serviceSpec(service);
  const waypoint = kubernetesGatewaySpec(gateway).gatewayClassName === WAYPOINT_CLASS;
  const address =
    waypoint && clusterIP
      ? { type: "IPAddress", value: clusterIP }
      : { type: "Hostname", value: host };
  return { host, address, ports: ports.flatMap(({ port }) => port ?? []) };
}

function programmed(listeners: readonly Listener[], places: readonly Place[]): Condition {
  const wanted = [...new Set(listeners.map(({ port = 0 }) => port))];
  const reached = places.flatMap(({ host, ports }) =>
    wanted.filter((port) => ports.includes(port)).map((port) => `${host}:${port}`),
  );
  const missing = places.flatMap(({ host, address, ports }) =>
    address
      ? wanted
          .filter((port) => !ports.includes(port))
          .map((port) => `port ${port} not found for hostname "${host}"`)
      : [`hostname "${host}" not found`],
  );
  const to = listed(reached.sort());
  if (missing.length === 0) {
    const message = `Resource programmed, assigned to service(s) ${to}`;
    return holds("Programmed", "Programmed", message);
  }
  const why = missing.join("; ");
  const message =
    reached.length > 0
      ? `Assigned to service(s) ${to}, but failed to assign to all requested addresses: ${why}`
      : `Failed to assign to any requested addresses: ${why}`;
  return fails("Programmed", "AddressNotUsable", message);
}

/** `a`, `a and b`, `a, b, and c`. */
const listed = (names: readonly string[]): string =>
  names.length < 3
    ? names.join(" and ")
    : `${names.slice(0, -1).join(", ")}, and ${names.at(-1) ?? ""}`;

function listenerStatus(mesh: MeshView, gateway: KubeObject, listener: Listener): ListenerStatus {
  const { name = "", protocol = "", tls, allowedRoutes } = listener;
  const fitting = [
    ...(KINDS[protocol] ?? []),
    ...(protocol === "TLS" && tls?.mode === "Terminate" ? ["TCPRoute"] : []),
  ];
  const allowed = allowedRoutes?.kinds ?? [];
  const kinds = fitting.filter(
    (kind) => allowed.length === 0 || allowed.some((one) => one.kind === kind),
  );
  const supported = isSupported(protocol, gateway);
  const unknown = allowed.some(({ kind = "" }) => !fitting.includes(kind));
  return {
    name,
    attachedRoutes: attachedRoutes(mesh, gateway, listener),
    supportedKinds: kinds.map((kind) => ({ group: GROUP, kind })),
    conditions: [
      supported
        ? holds("Accepted", "Accepted", NO_ERRORS)
        : fails("Accepted", "UnsupportedProtocol", `protocol "${protocol}" is unsupported`),
      fails("Conflicted", "NoConflicts", NO_ERRORS),
      holds("Programmed", "Programmed", NO_ERRORS),
      unknown
        ? fails("ResolvedRefs", "InvalidRouteKinds", "Not all allowed route kinds were supported")
        : holds("ResolvedRefs", "ResolvedRefs", NO_ERRORS),
    ],
  };
}

const ROUTE_KINDS = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"] as const;

/** How many routes have a place at a listener. */
function attachedRoutes(mesh: MeshView, gateway: KubeObject, listener: Listener): number {
  const { name, namespace = "" } = gateway.metadata;
  const place = `${namespace}/${internalGatewayName(name, listener)}`;
  const isAttached = (route: KubeObject): boolean => {
    const { parentRefs = [], hostnames = [] } = httpRouteSpec(route);
    return parentRefs.some((parent) =>
      attachments(mesh, route, parent, hostnames).some((one) => one.gateway === place),
    );
  };
  return ROUTE_KINDS.flatMap((kind) => mesh.list(kind)).filter(isAttached).length;
}
