import { z } from "zod";
import { Label, Subdomain } from "@/lib/k8s/names";
import { HostName, Labels } from "./plan-fields";

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

const Route = z
  .strictObject({
    type: z.enum(["http", "tcp", "tls"]).default("http"),
    /** The route's own name; the surest way to find it again. */
    name: z.string().min(1).max(256).optional(),
    /** Its place in the list when the rollout was written, for routes without a name. */
    index: z.int().min(0).optional(),
    /** Every route of the type that leads to the stable version, as they are at the start. */
    all: z.literal(true).optional(),
  })
  .refine((route) => route.name !== undefined || route.index !== undefined || route.all, {
    message: "needs a name or an index, or all: true",
  });
/** `all` is every HTTP route; any other text the name of one. */
const AnyRoute = z.preprocess((value) => {
  if (typeof value !== "string") return value;
  return value === "all" ? { all: true } : { name: value };
}, Route);

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
    /** The host whose versions change places. */
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
