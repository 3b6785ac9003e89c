import type { RouteRow } from "../route-rows";
import type { TextTable } from "./text-table";

/** What `istioctl proxy-config routes` can be narrowed by; absent for everything. */
export interface RouteFilter {
  /** The name of a route configuration. */
  readonly name?: string | undefined;
}

/**
 * The table of `istioctl proxy-config routes`. Route configurations whose names are ports come in
 * order of these; the others stay where the dump has them. With `named`, that of
 * `istioctl proxy-config all`.
 */
export function routeTable(
  routes: readonly RouteRow[],
  filter: RouteFilter,
  named = false,
): TextTable {
  const rows = inRouteOrder(routes.filter(({ name }) => !filter.name || name === filter.name)).map(
    ({ name, virtualHost, domains, match, virtualService }) => [
      named ? `route/${name}` : name,
      virtualHost,
      domains,
      match,
      virtualService,
    ],
  );
  return { columns: ["NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"], rows };
}

/**
 * istioctl's comparison orders ports only and finds all else equal, so that the result hangs on how
 * it sorts: each is carried forward past greater neighbours, and no further than the first that is not.
 */
export function inRouteOrder<Route extends { readonly name: string }>(
  routes: readonly Route[],
): readonly Route[] {
  const sorted: Route[] = [];
  for (const route of routes) {
    let at = sorted.length;
    while (at > 0 && isBefore(route, sorted[at - 1])) at--;
    sorted.splice(at, 0, route);
  }
  return sorted;
}

const isBefore = (a: { readonly name: string }, b: typeof a | undefined): boolean =>
  b !== undefined && isPort(a.name) && isPort(b.name) && Number(a.name) < Number(b.name);

const isPort = (name: string): boolean => /^\d+$/.test(name);
