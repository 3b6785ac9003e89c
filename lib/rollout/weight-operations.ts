import type { L4RouteDestination } from "@/lib/istio/virtual-service";
import type { FoundRoute } from "./route-target";
import type { Part } from "./weights";

/** One operation of a JSON patch (RFC 6902) of the kinds that a rollout sends. */
export type PatchOperation =
  | { readonly op: "test" | "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** One destination of the route; those beyond the route's own list are to be added. */
export interface Entry extends Part {
  readonly key: string;
  readonly raw: L4RouteDestination;
}

/** A weight in percent, no weight at all, or no destination at all. */
export type Goal = number | "unwritten" | "gone";

/** The guarded operations that bring a route to `goal`; none where it is there already. */
export function operations(
  route: FoundRoute,
  entries: readonly Entry[],
  goal: readonly Goal[],
): PatchOperation[] {
  const list = `${route.pointer}/route`;
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
    });
  });
  const tail: PatchOperation[] = [];
  const last = entries[existing];
  if (gone >= 0 && gone < existing) tail.push({ op: "remove", path: `${list}/${gone}` });
  if (gone < 0 && last && goal[existing] !== 0) {
    tail.push({ op: "add", path: `${list}/-`, value: { ...last.raw, weight: goal[existing] } });
  }
  if (writes.length + tail.length === 0) return [];
  const guards: PatchOperation[] = [...routeGuards(route)];
  if (resized) guards.push({ op: "test", path: list, value: route.destinations });
  return [...guards, ...writes, ...tail];
}

/** Proof that the route at this place is still the one that was meant. */
export function routeGuards({ route, identity, pointer }: FoundRoute): PatchOperation[] {
  if (identity.name !== undefined) {
    return [{ op: "test", path: `${pointer}/name`, value: identity.name }];
  }
  if (identity.match) return [{ op: "test", path: `${pointer}/match`, value: route.match }];
  // It has no mark of its own, and a patch cannot test that a field is absent.
  return [{ op: "test", path: pointer, value: route }];
}

function weightOperations(
  raw: L4RouteDestination,
  wanted: number | "unwritten",
  at: { readonly pointer: string; readonly guarded: boolean; readonly alone: boolean },
): PatchOperation[] {
  const path = `${at.pointer}/weight`;
  const { weight } = raw;
  if (wanted === "unwritten") {
    if (weight === undefined) return [];
    return [...guardsOf(raw, at), { op: "remove", path }];
  }
  if (weight === wanted) return [];
  if (weight === undefined && wanted === (at.alone ? 100 : 0)) return [];
  const op = weight === undefined ? "add" : "replace";
  return [...guardsOf(raw, at), { op, path, value: wanted }];
}

function guardsOf(
  raw: L4RouteDestination,
  at: { readonly pointer: string; readonly guarded: boolean },
): PatchOperation[] {
  if (at.guarded) return [];
  // That no weight is written shows only in the whole entry.
  if (raw.weight === undefined) return [{ op: "test", path: at.pointer, value: raw }];
  return [
    { op: "test", path: `${at.pointer}/destination`, value: raw.destination },
    { op: "test", path: `${at.pointer}/weight`, value: raw.weight },
  ];
}
