import type { HttpMatch, HttpRoute } from "@/lib/istio/virtual-service";
import { virtualServiceSpec } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import type { RolloutSpec } from "./plan";
import { type FoundRoute, testersName } from "./route-target";
import { type Entry, type PatchOperation, routeGuards } from "./weight-operations";
import { splitWeights } from "./weights";

/** A route that is added or taken away, with its place in the list as it is now. */
export interface RouteMove {
  readonly index: number;
  readonly patch: readonly PatchOperation[];
}

/** What brings the testers' route of one route to what is wanted. */
interface TestersPlan {
  readonly patch: readonly PatchOperation[];
  readonly moves: readonly RouteMove[];
  /** Percent of the testers' requests by destination, in the order of the entries. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The route before the rollout's own that takes testers to the canary: a copy of it, so that its
 * rewrites, timeouts and retries hold for them too, which matches what both match. It is there
 * while the canary has a share, and known by its name alone (rollouts.md 2.4 item 4).
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
  const { route, entries } = wanted;
  const name = testersName(spec, wanted.place);
  const list = virtualServiceSpec(virtualService).http ?? [];
  const index = list.findIndex((each) => each.name === name);
  const present = list[index];
  const pointer = `/spec/http/${index}`;
  const none = entries.map(({ role }) => (role === "stable" ? 100 : 0));
  const before = present ? weightsIn(present, entries) : none;
  // Where everybody has the canary, nobody needs a way of his own to it.
  const isAll = wanted.percent === 100 && !spec.testers?.only;
  if (wanted.restore || wanted.tidy || wanted.percent === 0 || isAll) {
    if (!present) return { patch: [], moves: [], before, after: none };
    const patch: PatchOperation[] = [
      { op: "test", path: pointer, value: present },
      { op: "remove", path: pointer },
    ];
    return { patch: [], moves: [{ index, patch }], before, after: none };
  }
  const share = spec.testers?.only ? wanted.percent : (spec.testers?.share ?? 100);
  const after = splitWeights(entries, share, spec.others);
  if (present) {
    const same = before.every((weight, i) => weight === after[i]);
    const value = { ...present, route: destinations(entries, after) };
    const patch: PatchOperation[] = [
      { op: "test", path: pointer, value: present },
      { op: "replace", path: `${pointer}/route`, value: value.route },
    ];
    return { patch: same ? [] : patch, moves: [], before, after };
  }
  const own = route.route as HttpRoute;
  const value = {
    ...own,
    name,
    match: crossed(own.match, testersMatch(spec)),
    route: destinations(entries, after),
  };
  const at = route.identity.index;
  const patch: PatchOperation[] = [
    ...routeGuards(route),
    { op: "add", path: `/spec/http/${at}`, value },
  ];
  // Guards that name what the patch has changed before them would refuse it.
  const guarded = own.name === undefined && !own.match?.length ? patch.slice(1) : patch;
  return { patch: [], moves: [{ index: at, patch: guarded }], before, after };
}

const destinations = (entries: readonly Entry[], weights: readonly number[]) =>
  entries
    .map(({ raw }, i) => ({ ...raw, weight: weights[i] ?? 0 }))
    .filter(({ weight }) => weight > 0);

function weightsIn(route: HttpRoute, entries: readonly Entry[]): number[] {
  const own = route.route ?? [];
  return entries.map(({ raw }) => {
    const text = JSON.stringify(raw.destination);
    const found = own.find(({ destination }) => JSON.stringify(destination) === text);
    return found ? (own.length === 1 ? 100 : (found.weight ?? 0)) : 0;
  });
}

function testersMatch({ testers }: RolloutSpec): HttpMatch {
  const { headers = {}, cookie } = testers ?? {};
  const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const byCookie = cookie && {
    cookie: { regex: `^(.*?;\\s*)?${quoted(cookie.name)}=${quoted(cookie.value)}(;.*)?$` },
  };
  return { headers: { ...headers, ...byCookie } };
}

/** Every alternative of the route, each with what testers have beside. */
const crossed = (own: readonly HttpMatch[] | undefined, testers: HttpMatch): HttpMatch[] =>
  (own?.length ? own : [{}]).map((match) => ({
    ...match,
    headers: { ...match.headers, ...testers.headers },
  }));
