import type { Destination, HttpRoute } from "@/lib/istio/virtual-service";
import { sameJson } from "@/lib/k8s/json-value";
import { destinationKey, type FoundRoute, type Refusal, refuse } from "./route-target";
import { type PatchOperation, routeGuards } from "./weight-operations";

/**
 * The guarded operations that send `percent` of a route's requests as copies to the canary, or none
 * any more where it is undefined. A mirror to anywhere else is somebody else's.
 */
export function planMirror(
  { route: found, pointer, ...own }: FoundRoute,
  {
    percent,
    destination,
    namespace,
  }: {
    readonly percent: number | undefined;
    readonly destination: Destination;
    readonly namespace: string;
  },
): readonly PatchOperation[] | Refusal {
  const route = found as HttpRoute;
  const { mirror, mirrorPercentage } = route;
  const isOurs =
    mirror !== undefined &&
    destinationKey(mirror, namespace) === destinationKey(destination, namespace);
  if (percent === undefined) {
    if (!isOurs) return [];
    return [
      { op: "test", path: `${pointer}/mirror`, value: mirror },
      { op: "remove", path: `${pointer}/mirror` },
      ...(mirrorPercentage === undefined
        ? []
        : [{ op: "remove", path: `${pointer}/mirrorPercentage` } as const]),
    ];
  }
  const value = { value: percent };
  if (isOurs) {
    if (sameJson(mirrorPercentage, value)) return [];
    return [
      { op: "test", path: `${pointer}/mirror`, value: mirror },
      { op: "add", path: `${pointer}/mirrorPercentage`, value },
    ];
  }
  if (mirror !== undefined || route.mirrors !== undefined || route.mirrorPercent !== undefined) {
    const message = `the route mirrors to ${mirror?.host ?? "others"} already`;
    return refuse("MirrorTaken", message, "spec.steps[0].mirror");
  }
  return [
    // A patch cannot test that a field is absent: only the whole route shows it.
    ...routeGuards({ ...own, route, pointer, identity: { name: undefined, index: 0, match: "" } }),
    { op: "add", path: `${pointer}/mirror`, value: destination },
    { op: "add", path: `${pointer}/mirrorPercentage`, value },
  ];
}
