import { resolveHost, serviceOfFqdn } from "@/lib/istio/host";
import type { KubeObject } from "@/lib/k8s/object";
import type { RolloutSpec } from "./plan";
import type { OriginalRoute } from "./route-snapshot";
import {
  destinationKey,
  type FoundRoute,
  leadsTo,
  type Refusal,
  refuse,
  sideKey,
} from "./route-target";
import type { Entry } from "./weight-operations";
import type { Part } from "./weights";

/**
 * A lone destination gets everything whatever its weight says; of several, an absent weight means
 * nothing in a VirtualService and 1 in an HTTPRoute.
 */
export const effectiveWeights = (
  kind: FoundRoute["kind"],
  list: readonly { readonly weight?: number | undefined }[],
): number[] =>
  list.length === 1 ? [100] : list.map(({ weight }) => weight ?? (kind === "HTTPRoute" ? 1 : 0));

/** The destinations of a route with their parts in the rollout. */
export function readEntries(
  object: KubeObject,
  spec: RolloutSpec,
  found: {
    readonly route: FoundRoute;
    readonly snapshot: OriginalRoute | undefined;
    /** Whether the stable destination may be gone. */
    readonly isPruned?: boolean;
  },
): Entry[] | Refusal {
  const namespace = object.metadata.namespace ?? "";
  const { destinations, kind } = found.route;
  const field = "spec.target.route";
  if (destinations.length === 0) {
    return refuse("NoDestinations", "the route has no destinations to share among", field);
  }
  const original = found.snapshot?.destinations;
  const bases = original && effectiveWeights(kind, original);
  const weights = effectiveWeights(kind, destinations);
  const entries = destinations.map((raw, index): Entry => {
    const key = destinationKey(raw.destination ?? {}, namespace);
    const weight = weights[index] ?? 0;
    const at = original?.findIndex((destination) => destination.key === key);
    const base = bases && at !== undefined ? bases[at] : weight;
    return {
      key,
      raw,
      weight,
      base,
      role: leadsTo(raw, spec, { side: spec.stable, namespace })
        ? "stable"
        : leadsTo(raw, spec, { side: spec.canary, namespace })
          ? "canary"
          : "other",
    };
  });
  const twice = (role: Part["role"]) => entries.filter((entry) => entry.role === role).length > 1;
  const keys = new Set(entries.map(({ key }) => key));
  if (keys.size < entries.length || twice("stable") || twice("canary")) {
    return refuse("DuplicateDestination", "the route names a destination twice", field);
  }
  const mayLack = found.isPruned === true && entries.some(({ role }) => role === "canary");
  if (!mayLack && !entries.some(({ role }) => role === "stable")) {
    const name = spec.stable.subset ?? spec.stable.host ?? spec.target.host;
    return refuse("StableNotFound", `the route does not lead to ${name}`, "spec.stable");
  }
  if (entries.every(({ weight }) => weight === 0)) {
    return refuse("WeightsZero", "all weights of the route are 0", field);
  }
  return entries;
}

/** The canary's destination as it will be added: like the stable one, but for host and subset. */
export function newcomer(
  spec: RolloutSpec,
  entries: readonly Entry[],
  { namespace, route }: { readonly namespace: string; readonly route: FoundRoute },
): Entry {
  const stable = entries.find(({ role }) => role === "stable")?.raw.destination;
  const { host, subset, port } = spec.canary;
  const sameHost = host === undefined;
  const destination = {
    host: host ?? stable?.host ?? spec.target.host,
    ...(subset === undefined ? {} : { subset }),
    ...(port !== undefined
      ? { port: { number: port } }
      : stable?.port && (sameHost || route.kind === "HTTPRoute")
        ? { port: stable.port }
        : {}),
  };
  const raw = route.kind === "HTTPRoute" ? backendOf(destination, namespace) : { destination };
  return {
    key: sideKey(spec, spec.canary, namespace),
    raw: { destination, raw },
    weight: 0,
    base: 0,
    role: "canary",
  };
}

/** A destination as an HTTPRoute names it: a Service, or a host of the mesh. */
function backendOf(
  { host, port }: { readonly host: string; readonly port?: { readonly number?: number } },
  namespace: string,
): object {
  const number = port?.number === undefined ? {} : { port: port.number };
  const service = serviceOfFqdn(resolveHost(host, namespace));
  if (!service) return { group: "networking.istio.io", kind: "Hostname", name: host, ...number };
  const elsewhere = service.namespace === namespace ? {} : { namespace: service.namespace };
  return { name: service.name, ...elsewhere, ...number };
}
