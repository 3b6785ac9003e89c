import type { HttpMatch, HttpRoute } from "@/lib/istio/virtual-service";
import { virtualServiceSpec } from "@/lib/istio/virtual-service";
import { sameJson } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { FoundRoute } from "./route-target";
import { type Entry, type PatchOperation, routeGuards } from "./weight-operations";

/** Routes that are added or taken away, with the last place that they touch. */
export interface RouteMove {
  readonly index: number;
  readonly patch: readonly PatchOperation[];
}

/** A route of ours that stands before one of the rollout's: a copy of it, but for these. */
export interface Helper {
  readonly name: string;
  readonly match: readonly HttpMatch[];
  readonly route: NonNullable<HttpRoute["route"]>;
}

/** What brings our routes before one of the rollout's to what is wanted. */
export interface HelperPlan {
  readonly patch: readonly PatchOperation[];
  readonly moves: readonly RouteMove[];
}

/** Every route of ours before one of the rollout's, known by what their names begin with. */
export function presentHelpers(virtualService: KubeObject, prefix: string) {
  const list = virtualServiceSpec(virtualService).http ?? [];
  return list.flatMap((route, index) =>
    route.name === prefix || route.name?.startsWith(`${prefix}-`) ? [{ route, index }] : [],
  );
}

/**
 * The patch that leaves exactly the wanted routes of ours before `own`, in their order. They are
 * copies of it, so that its rewrites, timeouts and retries hold in them too, and are known by
 * their names alone (rollouts.md 2.4 item 4).
 */
export function planHelpers(
  virtualService: KubeObject,
  prefix: string,
  { own, wanted }: { readonly own: FoundRoute; readonly wanted: readonly Helper[] },
): HelperPlan {
  const present = presentHelpers(virtualService, prefix);
  const pointer = (index: number) => `/spec/http/${index}`;
  const sameNames = sameJson(
    present.map(({ route }) => route.name),
    wanted.map(({ name }) => name),
  );
  if (sameNames) {
    const patch = present.flatMap(({ route, index }, i): PatchOperation[] => {
      const { match, route: destinations } = wanted[i] as Helper;
      const same = sameJson(route.match, match) && sameJson(route.route, destinations);
      if (same) return [];
      const value = { ...route, match, route: destinations };
      return [
        { op: "test", path: pointer(index), value: route },
        { op: "replace", path: pointer(index), value },
      ];
    });
    return { patch, moves: [] };
  }
  const gone = present.toReversed().flatMap(({ route, index }): PatchOperation[] => [
    { op: "test", path: pointer(index), value: route },
    { op: "remove", path: pointer(index) },
  ]);
  const at = own.identity.index;
  const place = at - present.filter(({ index }) => index < at).length;
  const copy = own.route as HttpRoute;
  const added = wanted.toReversed().map((helper): PatchOperation => {
    const value = withoutMirror({ ...copy, ...helper, match: [...helper.match] });
    return { op: "add", path: pointer(place), value };
  });
  // A route without a mark of its own can only be tested whole, and its weights were just changed.
  const marked = copy.name !== undefined || (copy.match ?? []).length > 0;
  const guards =
    marked && added.length > 0
      ? routeGuards({ ...own, pointer: pointer(place), list: `${pointer(place)}/route` })
      : [];
  const index = Math.max(at, ...present.map((each) => each.index));
  return { patch: [], moves: [{ index, patch: [...gone, ...guards, ...added] }] };
}

/** A copy for some requests does not copy them a second time to the canary. */
function withoutMirror(route: HttpRoute): HttpRoute {
  const { mirror: _, mirrorPercentage: __, ...rest } = route;
  return rest;
}

/** The destinations of a route of ours: those of the route with other weights, without the idle. */
export const weighted = (entries: readonly Entry[], weights: readonly number[]) =>
  entries
    .map(({ raw }, i) => ({ ...raw.raw, weight: weights[i] ?? 0 }))
    .filter(({ weight }) => weight > 0);

/** Every alternative of the route, each with what is wanted beside. */
export const crossed = (own: readonly HttpMatch[] | undefined, more: HttpMatch): HttpMatch[] =>
  (own?.length ? own : [{}]).map((match) => {
    const headers = { ...match.headers, ...more.headers };
    const sourceLabels = { ...match.sourceLabels, ...more.sourceLabels };
    return {
      ...match,
      headers,
      ...(Object.keys(sourceLabels).length > 0 ? { sourceLabels } : {}),
    };
  });

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The pattern of a Cookie header that holds this cookie with this value. */
export const cookiePattern = (name: string, value: string): string =>
  `^(.*?;\\s*)?${quoted(name)}=${quoted(value)}(;.*)?$`;
