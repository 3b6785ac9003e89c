import type { L4RouteDestination } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import type { RolloutSpec } from "./plan";
import {
  destinationKey,
  findRoute,
  type FoundRoute,
  isRefusal,
  leadsTo,
  type Refusal,
  refuse,
  type RouteIdentity,
  sideKey,
} from "./route-target";
import { type Entry, type Goal, operations, type PatchOperation } from "./weight-operations";
import { type Part, splitWeights } from "./weights";

/** What one destination of the route gets. */
export interface DestinationWeight {
  /** Fully qualified host, subset and port. */
  readonly key: string;
  /** How people call it: its subset, else its host. */
  readonly label: string;
  readonly role: Part["role"];
  /** Percent. */
  readonly weight: number;
}

/** A destination as it was before the rollout; `weight` undefined where none was written. */
export interface OriginalDestination {
  readonly key: string;
  readonly weight?: number | undefined;
}

/** The route as it was before the rollout. */
export interface RouteSnapshot {
  readonly route: RouteIdentity;
  readonly destinations: readonly OriginalDestination[];
}

/** What is to be written so that the canary gets its share; no operations where it has it already. */
export interface WeightPlan {
  readonly patch: readonly PatchOperation[];
  readonly before: readonly DestinationWeight[];
  readonly after: readonly DestinationWeight[];
  readonly route: RouteIdentity;
  /** What a person should know of this patch before it is sent. */
  readonly notes: readonly string[];
}

/** What share is wanted; `restore` takes back as well what the rollout added to the route. */
export interface WantedShare {
  readonly percent: number;
  readonly restore?: boolean;
  /** The route at the start; undefined before it. */
  readonly snapshot?: RouteSnapshot | undefined;
}

/**
 * The patch that gives the canary its share of one route, and touches nothing else.
 *
 * Every write is guarded by `test` operations on what it rests on, so that the API server refuses
 * the whole patch when somebody changed that in between (rollouts.md 2.4).
 */
export function planWeights(
  virtualService: KubeObject,
  spec: RolloutSpec,
  wanted: WantedShare,
): WeightPlan | Refusal {
  const route = findRoute(virtualService, spec, wanted.snapshot?.route);
  if (isRefusal(route)) return route;
  const entries = readEntries(virtualService, spec, { route, snapshot: wanted.snapshot });
  if (isRefusal(entries)) return entries;

  const namespace = virtualService.metadata.namespace ?? "";
  const canary = entries.find((entry) => entry.role === "canary");
  const added = canary ? entries : [...entries, newcomer(spec, entries, namespace)];
  const split = splitWeights(added, wanted.percent, spec.others);
  const goal = wanted.restore ? restored(added, split, wanted.snapshot) : split;
  const keeps = (index: number) => goal[index] !== "gone";
  const weights = goal.map((weight, i) => (typeof weight === "number" ? weight : (split[i] ?? 0)));

  return {
    patch: operations(route, added, goal),
    before: labelled(entries, effectiveWeights(entries.map(({ raw }) => raw)), spec),
    after: labelled(added, weights, spec).filter((_, index) => keeps(index)),
    route: route.identity,
    notes: notesOn(added, entries.length, split),
  };
}

/** The destinations of a route with the weights that they had at the start. */
export function snapshotRoute(
  virtualService: KubeObject,
  spec: RolloutSpec,
): RouteSnapshot | Refusal {
  const route = findRoute(virtualService, spec);
  if (isRefusal(route)) return route;
  const namespace = virtualService.metadata.namespace ?? "";
  return {
    route: route.identity,
    destinations: route.destinations.map(({ destination, weight }) => ({
      key: destinationKey(destination ?? {}, namespace),
      ...(weight === undefined ? {} : { weight }),
    })),
  };
}

/** A lone destination gets everything whatever its weight says; of several, absent means nothing. */
const effectiveWeights = (list: readonly L4RouteDestination[]): number[] =>
  list.length === 1 ? [100] : list.map(({ weight }) => weight ?? 0);

function readEntries(
  virtualService: KubeObject,
  spec: RolloutSpec,
  found: { readonly route: FoundRoute; readonly snapshot: RouteSnapshot | undefined },
): Entry[] | Refusal {
  const namespace = virtualService.metadata.namespace ?? "";
  const { destinations } = found.route;
  const field = "spec.target.route";
  if (destinations.length === 0) {
    return refuse("NoDestinations", "the route has no destinations to share among", field);
  }
  const original = found.snapshot?.destinations;
  const bases = original && effectiveWeights(original.map(({ weight }) => optionalWeight(weight)));
  const weights = effectiveWeights(destinations);
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
  if (!entries.some(({ role }) => role === "stable")) {
    const name = spec.stable.subset ?? spec.stable.host ?? spec.target.host;
    return refuse("StableNotFound", `the route does not lead to ${name}`, "spec.stable");
  }
  if (entries.every(({ weight }) => weight === 0)) {
    return refuse("WeightsZero", "all weights of the route are 0", field);
  }
  return entries;
}

const optionalWeight = (weight: number | undefined): L4RouteDestination =>
  weight === undefined ? {} : { weight };

/** The canary's destination as it will be added: like the stable one, but for host and subset. */
function newcomer(spec: RolloutSpec, entries: readonly Entry[], namespace: string): Entry {
  const stable = entries.find(({ role }) => role === "stable")?.raw.destination;
  const { host, subset, port } = spec.canary;
  const sameHost = host === undefined;
  const destination = {
    host: host ?? stable?.host ?? spec.target.host,
    ...(subset === undefined ? {} : { subset }),
    ...(port !== undefined
      ? { port: { number: port } }
      : sameHost && stable?.port
        ? { port: stable.port }
        : {}),
  };
  return {
    key: sideKey(spec, spec.canary, namespace),
    raw: { destination },
    weight: 0,
    base: 0,
    role: "canary",
  };
}

/**
 * The split with what the rollout had added taken back: a destination that was not there goes
 * (unless somebody made more of it), a weight that was not written goes, and weights that never
 * added up to 100 come back as they were.
 */
function restored(
  entries: readonly Entry[],
  split: readonly number[],
  snapshot: RouteSnapshot | undefined,
): Goal[] {
  if (!snapshot) return [...split];
  const original = new Map(snapshot.destinations.map((d) => [d.key, d]));
  const bases = effectiveWeights(snapshot.destinations.map(({ weight }) => optionalWeight(weight)));
  const baseOf = new Map(snapshot.destinations.map((d, index) => [d.key, bases[index] ?? 0]));
  const isOurs = (entry: Entry) =>
    !original.has(entry.key) &&
    entry.role === "canary" &&
    Object.keys(entry.raw).every((field) => field === "destination" || field === "weight");
  const staying = entries.filter((entry) => !isOurs(entry));
  const asBefore =
    staying.length === snapshot.destinations.length &&
    staying.every((entry) => {
      const percent = split[entries.indexOf(entry)] ?? 0;
      const total = bases.reduce((a, b) => a + b, 0) || 1;
      return Math.abs(((baseOf.get(entry.key) ?? NaN) * 100) / total - percent) < 1;
    });
  return entries.map((entry, index) => {
    if (isOurs(entry)) return "gone";
    if (!asBefore) return split[index] ?? 0;
    return original.get(entry.key)?.weight ?? "unwritten";
  });
}

const labelled = (
  entries: readonly Entry[],
  weights: readonly number[],
  spec: RolloutSpec,
): DestinationWeight[] =>
  entries.map(({ key, raw, role }, index) => ({
    key,
    label: raw.destination?.subset ?? raw.destination?.host ?? spec.target.host,
    role,
    weight: weights[index] ?? 0,
  }));

function notesOn(entries: readonly Entry[], existing: number, split: readonly number[]): string[] {
  const notes: string[] = [];
  const sum = entries.reduce((total, { weight }) => total + weight, 0);
  if (sum !== 100) notes.push(`The weights add up to ${sum}; they are written as parts of 100.`);
  if (entries.length > existing) notes.push("The route does not name the canary yet; it is added.");
  const scaled = entries.flatMap(({ role, raw, weight }, index) =>
    role === "other" && sum === 100 && split[index] !== weight
      ? [
          `${raw.destination?.subset ?? raw.destination?.host ?? ""} ${weight} → ${split[index] ?? 0}`,
        ]
      : [],
  );
  if (scaled.length > 0) notes.push(`Other destinations give way: ${scaled.join(", ")}.`);
  const stable = entries.find(({ role }) => role === "stable");
  if (stable && "headers" in stable.raw && entries.length > existing) {
    notes.push("The stable destination changes headers; the canary's does not.");
  }
  return notes;
}
