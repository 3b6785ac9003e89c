import type { Candidate, CandidateRoute, CandidateVersion } from "@/lib/rollout/candidates";

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
export const routeKey = ({ namespace, object, type, name, index }: CandidateRoute): string =>
  `${namespace}/${object} ${type} ${name ?? index}`;

/** `VirtualService bookinfo/reviews`: how the object of a route is named. */
export const objectKeyOf = ({ kind, namespace, object }: CandidateRoute): string =>
  `${kind} ${namespace}/${object}`;

/** How a version is named in the URL: by its subset, or by its label where it has none yet. */
export const versionKey = ({ subset, revision }: CandidateVersion): string => subset ?? revision;

/** Percent that a version gets from a route now. */
export const weightOf = (route: CandidateRoute, version: CandidateVersion): number =>
  version.subset === undefined
    ? 0
    : (route.destinations.find(({ subset }) => subset === version.subset)?.weight ?? 0);

const byRevision = (a: CandidateVersion, b: CandidateVersion) =>
  a.revision.localeCompare(b.revision, "en", { numeric: true });

/** Versions that a plan can name: those with a subset, or with a label that can make one. */
const nameable = ({ versions }: Candidate): readonly CandidateVersion[] =>
  versions.filter(({ subset, labels }) => subset !== undefined || labels !== undefined);

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
  const versions = nameable(candidate);
  const named = versions.filter(({ subset }) => subset !== undefined);
  const stable =
    versions.find((version) => versionKey(version) === asked.stable) ??
    (named.length > 0 ? named : versions).toSorted(
      (a, b) => weightOf(route, b) - weightOf(route, a) || byRevision(a, b),
    )[0];
  const others = versions.filter((version) => version !== stable);
  const newest = others.toSorted((a, b) => byRevision(b, a));
  const canary =
    others.find((version) => versionKey(version) === asked.canary) ??
    newest.find(
      (version) =>
        version.subset !== undefined && weightOf(route, version) === 0 && version.pods.ready > 0,
    ) ??
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
  `${candidate?.service ?? ""}-${canary ? versionKey(canary) : "new"}`
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 50);
