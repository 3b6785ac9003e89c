import type { HttpRoute } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import {
  cookiePattern,
  crossed,
  type Helper,
  type HelperPlan,
  planHelpers,
  weighted,
} from "./helper-routes";
import type { RolloutSpec } from "./plan";
import { type FoundRoute, helperName } from "./route-target";
import type { Entry } from "./weight-operations";
import { splitWeights } from "./weights";

const CANARY = "canary";

/**
 * The routes that keep each user at one version, before the rollout's own.
 *
 * Who has met the canary stays with it. Who was drawn for the stable version stays there for this
 * step; at a later one he is drawn again, with the chance that brings the canary's part of the
 * users to the step's share and no further: of those drawn at share `s`, (w - s) / (100 - s).
 * Cookies that say nothing of the kind belong to new users, who are drawn by the share itself.
 * A cookie on the canary alone would be drawn anew at each request of all others, until everybody
 * has met it (rollouts.md D8).
 */
export function planSticky(
  virtualService: KubeObject,
  spec: RolloutSpec,
  wanted: {
    readonly percent: number;
    readonly step: number;
    readonly restore?: boolean;
    readonly tidy?: boolean | undefined;
    readonly route: FoundRoute;
    readonly place: number;
    readonly entries: readonly Entry[];
  },
): HelperPlan {
  const { route: own, percent } = wanted;
  const prefix = helperName(spec, "sticky", wanted.place);
  const ended = wanted.restore || wanted.tidy || percent === 0 || percent === 100;
  const helpers =
    ended || !spec.sticky ? [] : stickyHelpers(spec, spec.sticky, { ...wanted, prefix });
  return planHelpers(virtualService, prefix, { own, wanted: helpers });
}

function stickyHelpers(
  spec: RolloutSpec,
  { cookie, maxAge }: NonNullable<RolloutSpec["sticky"]>,
  wanted: {
    readonly percent: number;
    readonly step: number;
    readonly route: FoundRoute;
    readonly entries: readonly Entry[];
    readonly prefix: string;
  },
): Helper[] {
  const { percent, step, entries, prefix } = wanted;
  const { match } = wanted.route.route as HttpRoute;
  const value = (side: "stable" | "canary") => (side === CANARY ? CANARY : `stable-${step}`);
  const setCookie = (side: "stable" | "canary") =>
    `${cookie}=${value(side)}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax`;
  const withCookie = (content: string | undefined) =>
    content === undefined
      ? crossed(match, {})
      : crossed(match, { headers: { cookie: { regex: cookiePattern(cookie, content) } } });
  /** Draws between the versions, and says in a cookie which it was. */
  const drawn = (share: number) => {
    const weights = splitWeights(entries, share, spec.others);
    return weighted(
      entries.map((entry) => {
        if (entry.role === "other") return entry;
        const raw = entry.raw.raw as NonNullable<HttpRoute["route"]>[number];
        const { response } = raw.headers ?? {};
        const add = { ...response?.add, "set-cookie": setCookie(entry.role) };
        const headers = { ...raw.headers, response: { ...response, add } };
        return { ...entry, raw: { ...entry.raw, raw: { ...raw, headers } } };
      }),
      weights,
    );
  };
  const all = (role: Entry["role"]) =>
    weighted(
      entries,
      entries.map((entry) => (entry.role === role ? 100 : 0)),
    );
  const earlier = spec.steps.slice(0, step).flatMap(({ weight }, index) => {
    const share = percent <= weight ? 0 : ((percent - weight) * 100) / (100 - weight);
    return [{ index, share: Math.round(share) }];
  });
  return [
    { name: `${prefix}-canary`, match: withCookie(CANARY), route: all("canary") },
    { name: `${prefix}-stable`, match: withCookie(value("stable")), route: all("stable") },
    ...earlier.map(({ index, share }) => ({
      name: `${prefix}-again-${index}`,
      match: withCookie(`stable-${index}`),
      route: drawn(share),
    })),
    { name: `${prefix}-new`, match: withCookie(undefined), route: drawn(percent) },
  ];
}
