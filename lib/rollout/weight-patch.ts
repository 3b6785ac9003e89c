import type { KubeObject } from "@/lib/k8s/object";
import type { Finalise } from "./operation";
import { type RolloutSpec, versionLabel } from "./plan";
import {
  findRoutes,
  type FoundRoute,
  isRefusal,
  type Refusal,
  type RouteIdentity,
} from "./route-target";
import { effectiveWeights, newcomer, readEntries } from "./route-entries";
import { type Entry, type Goal, operations, type PatchOperation } from "./weight-operations";
import type { OriginalRoute, RouteSnapshot } from "./route-snapshot";
import type { RouteMove } from "./helper-routes";
import { planMirror } from "./mirror-route";
import { planSticky } from "./sticky-routes";
import { planTesters } from "./testers-route";
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
  /** The step that it belongs to; the first where absent. */
  readonly step?: number | undefined;
  /** Percent of the requests of which the canary gets copies; undefined where it gets none. */
  readonly mirror?: number | undefined;
  /** Takes back the routes that were added, and nothing else. */
  readonly tidy?: boolean | undefined;
  /** `prune` takes the stable destination out of the routes once it has no weight. */
  readonly finalise?: Finalise | undefined;
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
  object: KubeObject,
  spec: RolloutSpec,
  wanted: WantedShare,
): WeightPlan | Refusal {
  const { snapshot } = wanted;
  const originals = snapshot && [snapshot, ...(snapshot.more ?? [])];
  const isPruned = wanted.finalise === "prune";
  const routes = findRoutes(object, spec, {
    known: originals?.map(({ route }) => route),
    ...(isPruned ? { sides: BOTH_SIDES } : {}),
  });
  if (isRefusal(routes)) return routes;
  const plans: RoutePlan[] = [];
  for (const [place, route] of routes.entries()) {
    const original = originals?.[place];
    const plan = planRoute(object, spec, { ...wanted, snapshot: original, route, place });
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

/** A route from which the stable destination is gone is known by the canary's. */
const BOTH_SIDES = ["stable", "canary"] as const;

interface RoutePlan extends WeightPlan {
  readonly moves: readonly RouteMove[];
}

function planRoute(
  object: KubeObject,
  spec: RolloutSpec,
  wanted: Omit<WantedShare, "snapshot"> & {
    readonly snapshot: OriginalRoute | undefined;
    readonly route: FoundRoute;
    readonly place: number;
  },
): RoutePlan | Refusal {
  const { route, step = 0 } = wanted;
  const isPruned = wanted.finalise === "prune";
  const entries = readEntries(object, spec, { route, snapshot: wanted.snapshot, isPruned });
  if (isRefusal(entries)) return entries;

  const namespace = object.metadata.namespace ?? "";
  const canary = entries.find((entry) => entry.role === "canary");
  const added = canary ? entries : [...entries, newcomer(spec, entries, { namespace, route })];
  const split = splitWeights(added, wanted.percent, spec.others);
  const goal: readonly Goal[] = wanted.restore
    ? restored(added, split, { snapshot: wanted.snapshot, route })
    : isPruned
      ? added.map(({ role }, i) => (role === "stable" && split[i] === 0 ? "gone" : (split[i] ?? 0)))
      : split;
  const keeps = (index: number) => goal[index] !== "gone";
  const weights = goal.map((weight, i) => (typeof weight === "number" ? weight : (split[i] ?? 0)));
  const isHttp = spec.target.route.type === "http" && route.kind === "VirtualService";
  const testers =
    isHttp && spec.testers && planTesters(object, spec, { ...wanted, entries: added });
  const sticky =
    isHttp && spec.sticky && planSticky(object, spec, { ...wanted, step, entries: added });
  const mirror = isHttp ? mirrorPatch(spec, { ...wanted, entries: added, namespace }) : [];
  if (isRefusal(mirror)) return mirror;
  const before = labelled(entries, effectiveWeights(route.kind, entries), spec);
  const onlyTesters = testers && spec.testers?.only;
  const own = onlyTesters ? [] : operations(route, added, goal);
  return {
    patch: [
      ...together(route, { mirror, weights: own }),
      ...(testers ? testers.patch : []),
      ...(sticky ? sticky.patch : []),
    ],
    moves: [...(testers ? testers.moves : []), ...(sticky ? sticky.moves : [])],
    before: onlyTesters ? labelled(added, testers.before, spec) : before,
    after: labelled(added, onlyTesters ? testers.after : weights, spec).filter(
      (_, index) => onlyTesters === true || keeps(index),
    ),
    route: route.identity,
    notes: notesOn(added, entries.length, split),
  };
}

function mirrorPatch(
  spec: RolloutSpec,
  wanted: {
    readonly route: FoundRoute;
    readonly entries: readonly Entry[];
    readonly namespace: string;
    readonly mirror?: number | undefined;
    readonly restore?: boolean;
  },
): readonly PatchOperation[] | Refusal {
  // Whoever plans no copies has none of ours, and those of others are left alone.
  if (!spec.steps.some(({ mirror }) => mirror !== undefined)) return [];
  const destination = wanted.entries.find(({ role }) => role === "canary")?.raw.destination ?? {};
  const percent = wanted.restore ? undefined : wanted.mirror;
  return planMirror(wanted.route, { percent, destination, namespace: wanted.namespace });
}

/** Both kinds of changes of one route in an order in which neither contradicts the other's tests. */
function together(
  { identity, pointer }: FoundRoute,
  { mirror, weights }: Readonly<Record<"mirror" | "weights", readonly PatchOperation[]>>,
): readonly PatchOperation[] {
  const testsWhole = (list: readonly PatchOperation[]) =>
    list[0]?.op === "test" && list[0].path === pointer;
  if (!testsWhole(mirror)) return [...weights, ...mirror];
  const isMarked = identity.name !== undefined || identity.match !== "";
  return [...mirror, ...(isMarked || !testsWhole(weights) ? weights : weights.slice(1))];
}

/** Fields of a destination that we add; with others, somebody has made more of it. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "destination",
  "weight",
  "group",
  "kind",
  "name",
  "namespace",
  "port",
]);

/**
 * The split with what the rollout had added taken back: a destination that was not there goes
 * (unless somebody made more of it), a weight that was not written goes, and weights that never
 * added up to 100 come back as they were.
 */
function restored(
  entries: readonly Entry[],
  split: readonly number[],
  { snapshot, route }: { readonly snapshot: OriginalRoute | undefined; readonly route: FoundRoute },
): Goal[] {
  if (!snapshot) return [...split];
  const original = new Map(snapshot.destinations.map((d) => [d.key, d]));
  const bases = effectiveWeights(route.kind, snapshot.destinations);
  const baseOf = new Map(snapshot.destinations.map((d, index) => [d.key, bases[index] ?? 0]));
  const isOurs = (entry: Entry) =>
    !original.has(entry.key) &&
    entry.role === "canary" &&
    Object.keys(entry.raw.raw).every((field) => OWN_FIELDS.has(field));
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
    label:
      role === "other"
        ? (raw.destination?.subset ?? raw.destination?.host ?? spec.target.host)
        : versionLabel(spec, role),
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
  if (stable && "headers" in stable.raw.raw && entries.length > existing) {
    notes.push("The stable destination changes headers; the canary's does not.");
  }
  return notes;
}
