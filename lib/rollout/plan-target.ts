import { z } from "zod";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { Label, Subdomain } from "@/lib/k8s/names";
import { HostName, Labels } from "./plan-fields";
import { namesOf, renamed } from "./plan-words";

/** One side of a rollout. */
export const Destination = z
  .strictObject({
    /** A host as a VirtualService writes it; the target's host where absent. */
    host: HostName.optional(),
    /** A subset of the host's DestinationRule; the whole host where absent. */
    subset: z.string().min(1).max(253).optional(),
    port: z.int().min(1).max(65_535).optional(),
    /** Of the subset's pods: it is added to the host's DestinationRule where it is missing. */
    labels: Labels.optional(),
  })
  .refine((to) => to.host !== undefined || to.subset !== undefined, "needs a subset or a host")
  .refine((to) => to.labels === undefined || to.subset !== undefined, {
    message: "are those of a subset, and none is named",
    path: ["labels"],
  });

const RouteName = z.string().min(1).max(256);

const Route = z
  .strictObject({
    type: z.enum(["http", "tcp", "tls"]).default("http"),
    /** The route's own name; the surest way to find it again. */
    name: RouteName.optional(),
    /** Several routes by their names, in the order of this list. */
    names: z.array(RouteName).min(1).max(50).optional(),
    /** Of TCP and TLS routes, which have no names: the port that they match … */
    port: z.int().min(1).max(65_535).optional(),
    /** … and hosts that a TLS route matches. */
    sniHosts: z.array(z.string().min(1)).min(1).optional(),
    /** Its place in the list when the rollout was written, for routes without a name. */
    index: z.int().min(0).optional(),
    /** Every route of the type that leads to the stable version, as they are at the start. */
    all: z.literal(true).optional(),
  })
  .refine(
    ({ name, names, index, all, port, sniHosts }) =>
      (name ?? names ?? index ?? all ?? port ?? sniHosts) !== undefined,
    "needs a name, names, an index, a port or sniHosts, or all: true",
  )
  .refine(({ type, name, names }) => type === "http" || (name ?? names) === undefined, {
    message:
      "is no name of a tcp or tls route, which have none; give a port, an index or all: true",
    path: ["name"],
  })
  .refine(({ type, port, sniHosts }) => type !== "http" || (port ?? sniHosts) === undefined, {
    message: "tells tcp and tls routes apart; http routes have a name or an index",
    path: ["port"],
  });
const ROUTE = namesOf(["type", "name", "names", "index", "all", "port", "sniHosts"], {
  kind: "type",
  protocol: "type",
  sni: "sniHosts",
});
/** `all` is every HTTP route; any other text the name of one, a list the names of several. */
const AnyRoute = z.preprocess((value) => {
  if (value === "all") return { all: true };
  if (typeof value === "string") return { name: value };
  if (Array.isArray(value)) return routesOf(value);
  return isRecord(value) ? plainRoute(value) : value;
}, Route);

/** A type alone means all routes of it. */
function plainRoute(value: JsonRecord): JsonRecord {
  const route = renamed(value, ROUTE);
  return Object.keys(route).every((field) => field === "type") ? { ...route, all: true } : route;
}

/** A list of routes by their names; one alone is that one. */
function routesOf(list: readonly unknown[]): unknown {
  const [first] = list;
  if (list.length === 1) return typeof first === "string" ? { name: first } : first;
  const names = list.map((each) =>
    isRecord(each) && Object.keys(each).length === 1 ? (each["name"] ?? each) : each,
  );
  return { names };
}

/** An object by its name alone, or with its namespace and routes. */
const FurtherObject = z.preprocess(
  (value) => (typeof value === "string" ? { name: value } : value),
  z.strictObject({
    name: Subdomain,
    /** The rollout's own where absent. */
    namespace: Label.optional(),
    /** Those of the target where absent. */
    route: AnyRoute.optional(),
  }),
);

/** What carries the traffic. */
export const Target = z
  .strictObject({
    /** A VirtualService of the rollout's namespace; what it delegates to is written in its place. */
    virtualService: Subdomain.optional(),
    /** Further ones, such as that of a gateway: all are written together, in this order. */
    virtualServices: z.array(FurtherObject).min(1).max(20).optional(),
    /** An HTTPRoute of the Gateway API in the rollout's namespace. */
    httpRoute: Subdomain.optional(),
    httpRoutes: z.array(FurtherObject).min(1).max(20).optional(),
    route: AnyRoute.prefault("all"),
    /** The host whose versions change places; that of the stable version where both have their own. */
    host: HostName,
  })
  .refine(
    (target) =>
      target.virtualService !== undefined ||
      target.virtualServices !== undefined ||
      target.httpRoute !== undefined ||
      target.httpRoutes !== undefined,
    { message: "needs a virtualService or an httpRoute", path: ["virtualService"] },
  );
