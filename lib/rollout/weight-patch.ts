import type { L4RouteDestination } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import type { RolloutSpec } from "./plan";
import {
  destinationKey,
  findRoutes,
  type FoundRoute,
  isRefusal,
  leadsTo,
  type Refusal,
  refuse,
  type RouteIdentity,
  sideKey,
} from "./route-target";
import { type Entry, type Goal, operations, type PatchOperation } from "./weight-operations";
import type { OriginalRoute, RouteSnapshot } from "./route-snapshot";
import { planTesters, type RouteMove } from "./testers-route";
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
  /** Takes back the routes of testers, and nothing else. */
  readonly tidy?: boolean | undefined;
  /** The route at the start; undefined before it. */
  readonly snapshot?: RouteSnapshot | undefined;
}

/**
 * The patch that gives the canary its share of every route of the rollout, and touches nothing else.
 *
 * Every write is guarded by `test` operations on what it rests on, so that the API server refuses
 * the whole patch when somebody changed that in between (rollouts.md 2.4).
 */
export function planWeights(
  virtualService: KubeObject,
  spec: RolloutSpec,
  wanted: WantedShare,
): WeightPlan | Refusal {
  const { snapshot } = wanted;
  const originals = snapshot && [snapshot, ...(snapshot.more ?? [])];
  const routes = findRoutes(
    virtualService,
    spec,
    originals?.map(({ route }) => route),
  );
  if (isRefusal(routes)) return routes;
  const plans: RoutePlan[] = [];
  for (const [place, route] of routes.entries()) {
    const original = originals?.[place];
    const plan = planRoute(virtualService, spec, { ...wanted, snapshot: original, route, place });
    if (isRefusal(plan)) return plan;
    plans.push(plan);
  }
  const [first] = plans as [RoutePlan, ...RoutePlan[]];
  // Routes come and go behind everything else, from the last one on: places stay what they are.
  const moved = plans.flatMap(({ moves }) => moves).sort((a, b) => b.index - a.index);
  return {
    patch: [...plans.flatMap(({ patch }) => patch), ...moved.flatMap(({ patch }) => patch)],
    before: first.before,
    after: first.after,
    route: first.route,
    notes: [...new Set(plans.flatMap(({ notes }) => notes))],
  };
}

interface RoutePlan extends WeightPlan {
  readonly moves: readonly RouteMove[];
}

function planRoute(
  virtualService: KubeObject,
  spec: RolloutSpec,
  wanted: Omit<WantedShare, "snapshot"> & {
    readonly snapshot: OriginalRoute | undefined;
    readonly route: FoundRoute;
    readonly place: number;
  },
): RoutePlan | Refusal {
  const { route } = wanted;
  const entries = readEntries(virtualService, spec, { route, snapshot: wanted.snapshot });
  if (isRefusal(entries)) return entries;

  const namespace = virtualService.metadata.namespace ?? "";
  const canary = entries.find((entry) => entry.role === "canary");
  const added = canary ? entries : [...entries, newcomer(spec, entries, namespace)];
  const split = splitWeights(added, wanted.percent, spec.others);
  const goal = wanted.restore ? restored(added, split, wanted.snapshot) : split;
  const keeps = (index: number) => goal[index] !== "gone";
  const weights = goal.map((weight, i) => (typeof weight === "number" ? weight : (split[i] ?? 0)));
  const testers = spec.testers && planTesters(virtualService, spec, { ...wanted, entries: added });
  const before = labelled(entries, effectiveWeights(entries.map(({ raw }) => raw)), spec);
  const onlyTesters = testers && spec.testers?.only;
  return {
    patch: [...(onlyTesters ? [] : operations(route, added, goal)), ...(testers?.patch ?? [])],
    moves: testers?.moves ?? [],
    before: onlyTesters ? labelled(added, testers.before, spec) : before,
    after: labelled(added, onlyTesters ? testers.after : weights, spec).filter(
      (_, index) => onlyTesters || keeps(index),
    ),
    route: route.identity,
    notes: notesOn(added, entries.length, split),
  };
}

/** A lone destination gets everything whatever its weight says; of several, absent means nothing. */
const effectiveWeights = (list: readonly L4RouteDestination[]): number[] =>
  list.length === 1 ? [100] : list.map(({ weight }) => weight ?? 0);

function readEntries(
  virtualService: KubeObject,
  spec: RolloutSpec,
  found: { readonly route: FoundRoute; readonly snapshot: OriginalRoute | undefined },
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
  snapshot: OriginalRoute | undefined,
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
