import type { Candidate, CandidateRoute, CandidateVersion } from "@/lib/rollout/candidates";
import { type CanaryRolloutInput, ROLLOUT_API_VERSION, ROLLOUT_KIND } from "@/lib/rollout/plan";

/** One step as it is typed; NaN where nothing is. */
export interface DraftStep {
  readonly weight: number;
  readonly hold: number;
}

/** The numbers of a plan as they are typed. */
export interface DraftPlan {
  readonly steps: readonly DraftStep[];
  readonly interval: number;
  /** Percent; NaN does not judge it. */
  readonly success: number;
  /** Milliseconds; NaN does not judge it. */
  readonly p99: number;
  readonly minRequests: number;
  readonly failures: number;
}

/** Who gets the canary besides the steps: requests with a header or a cookie. */
export interface DraftTesters {
  readonly by: "none" | "header" | "cookie";
  readonly name: string;
  readonly value: string;
  /** Whether nobody else gets the canary. */
  readonly only: boolean;
}

/** What is chosen of a plan rather than typed. */
export interface DraftChoices {
  readonly others: "keep" | "absorb";
  readonly judge: "threshold" | "sequential";
  readonly finalise: "keep" | "cutover";
  readonly testers: DraftTesters;
}

/** Shares of steps by how they grow; all steps hold as long as the first. */
export const SHAPES = {
  list: [10, 25, 50, 100],
  linear: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
  exponential: [1, 2, 4, 8, 16, 32, 64, 100],
  blueGreen: [100],
} as const;
export type ShapeName = keyof typeof SHAPES;

/** Which shape steps have; undefined for one of their own. */
export const shapeOf = (list: readonly DraftStep[]): ShapeName | undefined =>
  (Object.keys(SHAPES) as ShapeName[]).find(
    (name) => SHAPES[name].join() === list.map(({ weight }) => weight).join(),
  );

const steps = (hold: number): DraftStep[] => [10, 25, 50, 100].map((weight) => ({ weight, hold }));

/** Plans to begin with. */
export const PRESETS = {
  careful: {
    steps: steps(60),
    interval: 20,
    success: 99,
    p99: 500,
    minRequests: 50,
    failures: 3,
  },
  quick: {
    steps: steps(5),
    interval: 2,
    success: 95,
    p99: 1000,
    minRequests: 20,
    failures: 3,
  },
} as const satisfies Record<string, DraftPlan>;

export type PresetName = keyof typeof PRESETS;

/** Which preset a plan is; undefined for one of its own. */
export function presetOf(plan: DraftPlan): PresetName | undefined {
  const text = JSON.stringify(sorted(plan));
  const names = Object.keys(PRESETS) as PresetName[];
  return names.find((name) => JSON.stringify(sorted(PRESETS[name])) === text);
}

const sorted = ({ steps: list, interval, success, p99, minRequests, failures }: DraftPlan) => [
  list.map(({ weight, hold }) => [weight, hold]),
  interval,
  success,
  p99,
  minRequests,
  failures,
];

/** What is chosen among the candidates; every part undefined until it can be. */
export interface Choice {
  readonly candidate: Candidate | undefined;
  readonly route: CandidateRoute | undefined;
  readonly stable: CandidateVersion | undefined;
  readonly canary: CandidateVersion | undefined;
}

/** `namespace/service`: how a candidate is named in the URL. */
export const candidateKey = ({ namespace, service }: Candidate): string =>
  `${namespace}/${service}`;

/** `bookinfo/reviews http 0`: how a route is named in the URL. */
export const routeKey = ({
  namespace,
  virtualService,
  type,
  name,
  index,
}: CandidateRoute): string => `${namespace}/${virtualService} ${type} ${name ?? index}`;

/** Percent that a version gets from a route now. */
export const weightOf = (route: CandidateRoute, version: CandidateVersion): number =>
  route.destinations.find(({ subset }) => subset === version.subset)?.weight ?? 0;

const byRevision = (a: CandidateVersion, b: CandidateVersion) =>
  a.revision.localeCompare(b.revision, "en", { numeric: true });

/** Versions that a route can name: those with a subset. */
export const namedVersions = ({ versions }: Candidate): readonly CandidateVersion[] =>
  versions.filter(({ subset }) => subset !== undefined);

/**
 * The choice that the URL makes, completed by what is most likely meant: the route that takes every
 * request, the version with most of it as the stable one, and as the canary the newest ready
 * version that gets nothing yet.
 */
export function choose(
  services: readonly Candidate[],
  asked: {
    readonly service?: string | null;
    readonly route?: string | null;
    readonly stable?: string | null;
    readonly canary?: string | null;
  },
): Choice {
  const candidate = services.find((each) => candidateKey(each) === asked.service);
  const route =
    candidate?.routes.find((each) => routeKey(each) === asked.route) ??
    candidate?.routes.find(({ matches }) => !matches) ??
    candidate?.routes[0];
  if (!candidate || !route) {
    return { candidate, route, stable: undefined, canary: undefined };
  }
  const versions = namedVersions(candidate);
  const stable =
    versions.find(({ subset }) => subset === asked.stable) ??
    versions.toSorted((a, b) => weightOf(route, b) - weightOf(route, a) || byRevision(a, b))[0];
  const others = versions.filter((version) => version !== stable);
  const newest = others.toSorted((a, b) => byRevision(b, a));
  const canary =
    others.find(({ subset }) => subset === asked.canary) ??
    newest.find((version) => weightOf(route, version) === 0 && version.pods.ready > 0) ??
    newest[0];
  return { candidate, route, stable, canary };
}

/** Other versions that get something from the route now. */
export const bystanders = ({ route, stable, canary }: Choice) =>
  (route?.destinations ?? []).filter(
    ({ subset, weight }) => weight > 0 && subset !== stable?.subset && subset !== canary?.subset,
  );

/** A name that the API server takes, from what people call the versions. */
export const suggestedName = ({ candidate, canary }: Choice): string =>
  `${candidate?.service ?? ""}-${canary?.subset ?? ""}`
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 50);

/** The document that is previewed and started: what a person could have written by hand. */
export function draftRollout(
  choice: Choice,
  plan: DraftPlan,
  more: { readonly name: string } & DraftChoices,
): CanaryRolloutInput | undefined {
  const { candidate, route, stable, canary } = choice;
  if (!candidate || !route || !stable?.subset || !canary?.subset) return undefined;
  return {
    apiVersion: ROLLOUT_API_VERSION,
    kind: ROLLOUT_KIND,
    metadata: { name: more.name, namespace: route.namespace },
    spec: {
      target: {
        virtualService: route.virtualService,
        route: {
          type: route.type,
          ...(route.name === undefined ? { index: route.index } : { name: route.name }),
        },
        host: route.host,
      },
      stable: { subset: stable.subset },
      canary: { subset: canary.subset },
      steps: plan.steps.map(({ weight, hold }) => ({ weight, hold })),
      others: more.others,
      ...(more.finalise === "cutover" ? { finalise: more.finalise } : {}),
      ...testersOf(more.testers),
      analysis: {
        ...(more.judge === "sequential" ? { judge: more.judge } : {}),
        interval: plan.interval,
        minRequests: plan.minRequests,
        failureLimit: plan.failures,
        ...(Number.isNaN(plan.success) ? {} : { successRate: { min: plan.success } }),
        ...(Number.isNaN(plan.p99) ? {} : { p99: { maxMs: plan.p99 } }),
      },
    },
  };
}

function testersOf({ by, name, value, only }: DraftTesters) {
  if (by === "none") return {};
  const testers =
    by === "header" ? { headers: { [name]: { exact: value } } } : { cookie: { name, value } };
  return { testers: { ...testers, ...(only ? { only } : {}) } };
}
