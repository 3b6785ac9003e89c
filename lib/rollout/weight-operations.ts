import type { FoundRoute, RouteEntry } from "./route-target";
import type { Part } from "./weights";

/** One operation of a JSON patch (RFC 6902) of the kinds that a rollout sends. */
export type PatchOperation =
  | { readonly op: "test" | "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** One destination of the route; those beyond the route's own list are to be added. */
export interface Entry extends Part {
  readonly key: string;
  readonly raw: RouteEntry;
}

/** A weight in percent, no weight at all, or no destination at all. */
export type Goal = number | "unwritten" | "gone";

/** The guarded operations that bring a route to `goal`; none where it is there already. */
export function operations(
  route: FoundRoute,
  entries: readonly Entry[],
  goal: readonly Goal[],
): PatchOperation[] {
  const { list } = route;
  const existing = route.destinations.length;
  const gone = goal.findIndex((weight) => weight === "gone");
  // The length of the list changes: then the patch rests on the whole list.
  const resized = gone >= 0 ? gone < existing : entries.length > existing && goal[existing] !== 0;
  const writes = entries.slice(0, existing).flatMap((entry, index): PatchOperation[] => {
    const wanted = goal[index];
    if (wanted === undefined || wanted === "gone") return [];
    return weightOperations(entry.raw, wanted, {
      pointer: `${list}/${index}`,
      guarded: resized,
      alone: existing === 1 && !resized,
      kind: route.kind,
    });
  });
  const tail: PatchOperation[] = [];
  const last = entries[existing];
  if (gone >= 0 && gone < existing) tail.push({ op: "remove", path: `${list}/${gone}` });
  if (gone < 0 && last && goal[existing] !== 0) {
    tail.push({ op: "add", path: `${list}/-`, value: { ...last.raw.raw, weight: goal[existing] } });
  }
  if (writes.length + tail.length === 0) return [];
  const guards: PatchOperation[] = [...routeGuards(route)];
  if (resized)
    guards.push({ op: "test", path: list, value: route.destinations.map(({ raw }) => raw) });
  return [...guards, ...writes, ...tail];
}

/** Proof that the route at this place is still the one that was meant. */
export function routeGuards({ route, identity, pointer }: FoundRoute): PatchOperation[] {
  if (identity.name !== undefined) {
    return [{ op: "test", path: `${pointer}/name`, value: identity.name }];
  }
  if (identity.match && "match" in route) {
    return [{ op: "test", path: `${pointer}/match`, value: route.match }];
  }
  if (identity.match && "matches" in route) {
    return [{ op: "test", path: `${pointer}/matches`, value: route.matches }];
  }
  // It has no mark of its own, and a patch cannot test that a field is absent.
  return [{ op: "test", path: pointer, value: route }];
}

interface At {
  readonly pointer: string;
  /** Whether the patch rests on the whole list already. */
  readonly guarded: boolean;
  /** Whether it is the only destination, which gets everything. */
  readonly alone: boolean;
  readonly kind: FoundRoute["kind"];
}

function weightOperations(
  entry: RouteEntry,
  wanted: number | "unwritten",
  at: At,
): PatchOperation[] {
  const path = `${at.pointer}/weight`;
  const { weight } = entry;
  if (wanted === "unwritten") {
    if (weight === undefined) return [];
    return [...guardsOf(entry, at), { op: "remove", path }];
  }
  if (weight === wanted) return [];
  if (weight === undefined && wanted === meaningOfAbsent(at)) return [];
  const op = weight === undefined ? "add" : "replace";
  return [...guardsOf(entry, at), { op, path, value: wanted }];
}

/** Percent that a destination without a weight gets; undefined where that depends on the others. */
function meaningOfAbsent({ alone, kind }: At): number | undefined {
  if (alone) return 100;
  return kind === "HTTPRoute" ? undefined : 0;
}

function guardsOf(entry: RouteEntry, at: At): PatchOperation[] {
  if (at.guarded) return [];
  // That no weight is written shows only in the whole entry; a backend has no field of its own.
  if (entry.weight === undefined || at.kind === "HTTPRoute") {
    return [{ op: "test", path: at.pointer, value: entry.raw }];
  }
  return [
    { op: "test", path: `${at.pointer}/destination`, value: entry.destination },
    { op: "test", path: `${at.pointer}/weight`, value: entry.weight },
  ];
}
