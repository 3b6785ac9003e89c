import { resolveHost, serviceFqdn } from "@/lib/istio/host";
import type { BackendReference, HttpRouteRule } from "@/lib/istio/http-route";
import { httpRouteSpec } from "@/lib/istio/http-route";
import type { Destination, HttpRoute, L4Route } from "@/lib/istio/virtual-service";
import { virtualServiceSpec } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import { takes } from "./l4-matches";
import type { RolloutDestination, RolloutSpec } from "./plan";

/** Why a rollout cannot write to a route. */
export type RefusalCode =
  | "TargetMissing"
  | "RouteNotFound"
  | "RouteAmbiguous"
  | "NoDestinations"
  | "StableNotFound"
  | "DuplicateDestination"
  | "WeightsZero"
  | "SubsetDiffers"
  | "SubsetsUnsupported"
  | "MirrorTaken";

/** A reason not to write, with the field of the rollout or the VirtualService that it is about. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly field: string;
}

/** How a route was found at the start, so that it is found again wherever it has moved. */
export interface RouteIdentity {
  readonly name: string | undefined;
  readonly index: number;
  /** Its `match` as canonical JSON; empty where it matches everything. */
  readonly match: string;
}

/** One destination of a route, whatever kind of object holds it. */
export interface RouteEntry {
  readonly destination?: Destination | undefined;
  readonly weight?: number | undefined;
  /** As the object has it. */
  readonly raw: object;
}

/** A route of a VirtualService or HTTPRoute with its place. */
export interface FoundRoute {
  readonly kind: "VirtualService" | "HTTPRoute";
  readonly route: HttpRoute | L4Route | HttpRouteRule;
  readonly identity: RouteIdentity;
  readonly destinations: readonly RouteEntry[];
  /** JSON pointer to the route. */
  readonly pointer: string;
  /** JSON pointer to its destinations. */
  readonly list: string;
}

/** Fully qualified host, subset and port: what makes two destinations the same. */
export function destinationKey(
  destination: { host?: string | undefined; subset?: string | undefined } & {
    port?: number | { number?: number | undefined } | undefined;
  },
  namespace: string,
): string {
  const { port } = destination;
  const number = typeof port === "object" ? port.number : port;
  return [
    resolveHost(destination.host ?? "", namespace),
    destination.subset ?? "",
    number ?? "",
  ].join("|");
}

/** The key of one side of a rollout in the VirtualService's namespace. */
export const sideKey = (spec: RolloutSpec, side: RolloutDestination, namespace: string): string =>
  destinationKey({ ...side, host: side.host ?? spec.target.host }, namespace);

/** JSON with the fields of every object in order, so that equal values give equal texts. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** The routes of one type, in their order; an HTTPRoute has those of type http alone. */
export function routesOf(
  object: KubeObject,
  type: RolloutSpec["target"]["route"]["type"],
): FoundRoute[] {
  if (object.kind === "HTTPRoute") return type === "http" ? rulesOf(object) : [];
  const routes: readonly (HttpRoute | L4Route)[] = virtualServiceSpec(object)[type] ?? [];
  return routes.map((route, index) => ({
    kind: "VirtualService",
    route,
    identity: {
      name: "name" in route ? route.name : undefined,
      index,
      match: route.match?.length ? canonicalJson(route.match) : "",
    },
    destinations: (route.route ?? []).map((raw) => ({
      destination: raw.destination,
      weight: raw.weight,
      raw,
    })),
    pointer: `/spec/${type}/${index}`,
    list: `/spec/${type}/${index}/route`,
  }));
}

function rulesOf(object: KubeObject): FoundRoute[] {
  const { namespace = "" } = object.metadata;
  return (httpRouteSpec(object).rules ?? []).map((route, index) => ({
    kind: "HTTPRoute",
    route,
    identity: {
      name: route.name,
      index,
      match: route.matches?.length ? canonicalJson(route.matches) : "",
    },
    destinations: (route.backendRefs ?? []).map((raw) => ({
      destination: backendDestination(raw, namespace),
      weight: raw.weight,
      raw,
    })),
    pointer: `/spec/rules/${index}`,
    list: `/spec/rules/${index}/backendRefs`,
  }));
}

/** Where a backend is, as a VirtualService would say it; undefined for kinds that are no hosts. */
function backendDestination(
  { group = "", kind = "Service", name = "", namespace, port }: BackendReference,
  own: string,
): Destination | undefined {
  const isHostname = kind === "Hostname" && group === "networking.istio.io";
  if (!isHostname && (kind !== "Service" || group !== "")) return undefined;
  const host = isHostname ? name : serviceFqdn(name, namespace ?? own);
  return { host, ...(port === undefined ? {} : { port: { number: port } }) };
}

/** Versions to one of which a route leads that is to be found again. */
type Sides = readonly ("stable" | "canary")[];

/**
 * The route that a rollout is about.
 *
 * A name decides alone. Without one the route is known by its `match`, as it was when the rollout
 * began (`known`), and of several equal ones the one nearest to its old place is taken that still
 * leads to the stable version. Before the start there is only the place.
 */
function findRoute(
  virtualService: KubeObject,
  spec: RolloutSpec,
  { known, sides }: { readonly known: RouteIdentity | undefined; readonly sides: Sides },
): FoundRoute | Refusal {
  const { type, index, all, names } = spec.target.route;
  // A route among several is known by its own name, if it has one.
  const name = (all ?? names) ? known?.name : spec.target.route.name;
  const routes = routesOf(virtualService, type).filter(({ identity }) => !isOurs(identity));
  const field = "spec.target.route";
  const own = virtualService.metadata.name;
  if (name !== undefined) {
    const named = routes.filter((route) => route.identity.name === name);
    const [only] = named;
    if (only && named.length === 1) return only;
    return only
      ? refuse("RouteAmbiguous", `${own} has ${named.length} routes named ${name}`, field)
      : refuse("RouteNotFound", `${own} has no ${type} route named ${name}`, field);
  }
  if (!known) {
    const { port, sniHosts } = spec.target.route;
    if (port !== undefined || sniHosts) return matching(routes, { port, sniHosts, own, field });
    const at = routes[index ?? 0];
    return at ?? refuse("RouteNotFound", `${own} has no ${type} route ${index ?? 0}`, field);
  }
  const namespace = virtualService.metadata.namespace ?? "";
  const leads = (to: RouteEntry) =>
    sides.some((side) => leadsTo(to, spec, { side: spec[side], namespace }));
  const [nearest] = routes
    .filter(
      ({ identity, destinations }) => identity.match === known.match && destinations.some(leads),
    )
    .sort(
      (a, b) => Math.abs(a.identity.index - known.index) - Math.abs(b.identity.index - known.index),
    );
  return nearest ?? refuse("RouteNotFound", `${own} has lost the route of this rollout`, field);
}

/** The one TCP or TLS route that matches a port and hosts. */
function matching(
  routes: readonly FoundRoute[],
  by: {
    readonly port: number | undefined;
    readonly sniHosts: readonly string[] | undefined;
    readonly own: string;
    readonly field: string;
  },
): FoundRoute | Refusal {
  const { port, sniHosts = [], own, field } = by;
  const found = routes.filter(({ route }) => takes(route, port, sniHosts));
  const [only, second] = found;
  const told = [...(port === undefined ? [] : [`port ${port}`]), ...sniHosts].join(" and ");
  if (!only) return refuse("RouteNotFound", `${own} has no route that matches ${told}`, field);
  return second
    ? refuse("RouteAmbiguous", `${own} has ${found.length} routes that match ${told}`, field)
    : only;
}

/**
 * All routes that a rollout is about: those of the start where they are known, else the one that
 * the plan names, or every one that leads to the stable version.
 */
export function findRoutes(
  virtualService: KubeObject,
  spec: RolloutSpec,
  {
    known: routes,
    sides = ["stable"],
  }: { readonly known?: readonly RouteIdentity[] | undefined; readonly sides?: Sides } = {},
): readonly FoundRoute[] | Refusal {
  const found: FoundRoute[] = [];
  for (const known of routes ?? identities(virtualService, spec)) {
    const route = findRoute(virtualService, spec, { known, sides });
    if (isRefusal(route)) return route;
    found.push(route);
  }
  if (found.length > 0) return found;
  const { type } = spec.target.route;
  const name = spec.stable.subset ?? spec.stable.host ?? spec.target.host;
  const message = `${virtualService.metadata.name} has no ${type} route that leads to ${name}`;
  return refuse("RouteNotFound", message, "spec.target.route");
}

/** The routes that the plan means before the start; undefined leaves it to their name or place. */
function identities(
  virtualService: KubeObject,
  spec: RolloutSpec,
): readonly (RouteIdentity | undefined)[] {
  const { type, all, names } = spec.target.route;
  if (names) return names.map((name) => ({ name, index: -1, match: "" }));
  if (!all) return [undefined];
  const stable = { side: spec.stable, namespace: virtualService.metadata.namespace ?? "" };
  return routesOf(virtualService, type)
    .filter(
      ({ identity, destinations }) =>
        !isOurs(identity) && destinations.some((to) => leadsTo(to, spec, stable)),
    )
    .map(({ identity }) => identity);
}

const OURS = "mesh-canary-";
const isOurs = ({ name }: RouteIdentity): boolean => name?.startsWith(OURS) ?? false;

/** What the names of the routes begin with that a rollout puts before one of its own. */
export const helperName = (spec: RolloutSpec, kind: string, place: number): string =>
  `${OURS}${digest(canonicalJson([spec.target, spec.stable, spec.canary]))}-${kind}-${place}`;

/** FNV-1a, 32 bits, as eight hexadecimal digits: names are for finding again, not for secrets. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}

/** Whether a destination of the route is one side of the rollout; a port matters only if it is named. */
export function leadsTo(
  { destination }: Pick<RouteEntry, "destination">,
  spec: RolloutSpec,
  { side, namespace }: { readonly side: RolloutDestination; readonly namespace: string },
): boolean {
  if (!destination) return false;
  const port = side.port ?? destination.port?.number;
  return (
    destinationKey(destination, namespace) ===
    destinationKey({ host: side.host ?? spec.target.host, subset: side.subset, port }, namespace)
  );
}

/** A refusal. */
export const refuse = (code: RefusalCode, message: string, field: string): Refusal => ({
  code,
  message,
  field,
});

/** Whether a look-up was refused. */
export const isRefusal = (value: object): value is Refusal => "code" in value;
