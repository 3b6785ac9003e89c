import type { Candidate, CandidateRoute, CandidateVersion } from "@/lib/rollout/candidates";

// A service as the wizard's tests meet it.

const version = (subset: string | undefined, revision: string, ready = 1): CandidateVersion => ({
  subset,
  revision,
  labels: { version: revision },
  pods: { ready, total: 1 },
});

const route = (
  weights: Readonly<Record<string, number>>,
  more: Partial<CandidateRoute> = {},
): CandidateRoute => ({
  kind: "VirtualService",
  object: "reviews",
  namespace: "shop",
  type: "http",
  name: undefined,
  index: 0,
  matches: false,
  gateways: ["mesh"],
  host: "reviews",
  destinations: Object.entries(weights).map(([subset, weight]) => ({
    subset,
    host: "reviews",
    weight,
  })),
  ...more,
});

/** Two routes of one VirtualService, one of a gateway's, five versions. */
export const reviews: Candidate = {
  namespace: "shop",
  service: "reviews",
  host: "reviews.shop.svc.cluster.local",
  versions: [
    version("v1", "v1"),
    version("v2", "v2"),
    version("v9", "v9"),
    version("v10", "v10", 0),
    version(undefined, "v11"),
  ],
  routes: [
    route({ v1: 100 }, { matches: true }),
    route({ v1: 80, v2: 20 }, { index: 1 }),
    route({ v1: 100 }, { object: "edge", namespace: "front", gateways: ["front/edge"] }),
  ],
};
