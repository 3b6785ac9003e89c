import type { KubeObject } from "@/lib/k8s/object";
import type { RolloutSpec } from "./plan";
import {
  destinationKey,
  findRoutes,
  isRefusal,
  type Refusal,
  type RouteIdentity,
} from "./route-target";

/** A destination as it was before the rollout; `weight` undefined where none was written. */
interface OriginalDestination {
  readonly key: string;
  readonly weight?: number | undefined;
}

/** A route as it was before the rollout. */
export interface OriginalRoute {
  readonly route: RouteIdentity;
  readonly destinations: readonly OriginalDestination[];
}

/** The routes as they were before the rollout: the first, and what else it changes. */
export interface RouteSnapshot extends OriginalRoute {
  readonly more?: readonly OriginalRoute[] | undefined;
}

/** The destinations of the rollout's routes with the weights that they had at the start. */
export function snapshotRoute(
  virtualService: KubeObject,
  spec: RolloutSpec,
): RouteSnapshot | Refusal {
  const routes = findRoutes(virtualService, spec);
  if (isRefusal(routes)) return routes;
  const namespace = virtualService.metadata.namespace ?? "";
  const [first, ...more] = routes.map((route): OriginalRoute => ({
    route: route.identity,
    destinations: route.destinations.map(({ destination, weight }) => ({
      key: destinationKey(destination ?? {}, namespace),
      ...(weight === undefined ? {} : { weight }),
    })),
  }));
  const snapshot = first as OriginalRoute;
  return more.length > 0 ? { ...snapshot, more } : snapshot;
}
