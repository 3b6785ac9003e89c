import type { HttpMatch, HttpRoute } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import {
  cookiePattern,
  crossed,
  type HelperPlan,
  planHelpers,
  presentHelpers,
  weighted,
} from "./helper-routes";
import type { RolloutSpec } from "./plan";
import { type FoundRoute, helperName } from "./route-target";
import type { Entry } from "./weight-operations";
import { splitWeights } from "./weights";

/** What brings the testers' route of one route to what is wanted. */
interface TestersPlan extends HelperPlan {
  /** Percent of the testers' requests by destination, in the order of the entries. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The route before the rollout's own that takes testers to the canary, and matches what both
 * match. It is there while the canary has a share.
 */
export function planTesters(
  virtualService: KubeObject,
  spec: RolloutSpec,
  wanted: {
    readonly percent: number;
    readonly restore?: boolean;
    readonly tidy?: boolean | undefined;
    readonly route: FoundRoute;
    readonly place: number;
    readonly entries: readonly Entry[];
  },
): TestersPlan {
  const { route: own, entries } = wanted;
  const name = helperName(spec, "header", wanted.place);
  const present = presentHelpers(virtualService, name)[0]?.route;
  const none = entries.map(({ role }) => (role === "stable" ? 100 : 0));
  const before = present ? weightsIn(present, entries) : none;
  // Where everybody has the canary, nobody needs a way of his own to it.
  const isAll = wanted.percent === 100 && !spec.testers?.only;
  if (wanted.restore || wanted.tidy || wanted.percent === 0 || isAll) {
    return { ...planHelpers(virtualService, name, { own, wanted: [] }), before, after: none };
  }
  const share = spec.testers?.only ? wanted.percent : (spec.testers?.share ?? 100);
  const after = splitWeights(entries, share, spec.others);
  const helper = {
    name,
    match: crossed((own.route as HttpRoute).match, testersMatch(spec)),
    route: weighted(entries, after),
  };
  return { ...planHelpers(virtualService, name, { own, wanted: [helper] }), before, after };
}

function weightsIn(route: HttpRoute, entries: readonly Entry[]): number[] {
  const own = route.route ?? [];
  return entries.map(({ raw }) => {
    const text = JSON.stringify(raw.destination);
    const found = own.find(({ destination }) => JSON.stringify(destination) === text);
    return found ? (own.length === 1 ? 100 : (found.weight ?? 0)) : 0;
  });
}

function testersMatch({ testers }: RolloutSpec): HttpMatch {
  const { headers = {}, cookie, sourceLabels } = testers ?? {};
  const byCookie = cookie && { cookie: { regex: cookiePattern(cookie.name, cookie.value) } };
  return {
    headers: { ...headers, ...byCookie },
    ...(sourceLabels === undefined ? {} : { sourceLabels }),
  };
}
