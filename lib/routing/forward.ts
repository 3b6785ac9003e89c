import { parseDuration } from "@/lib/istio/duration";
import type { Destination, HttpRoute, Percent } from "@/lib/istio/virtual-service";
import { meshConfig } from "@/lib/mesh/mesh-config";
import { stickyCookie } from "./consistent-hash";
import { withValues } from "./header-values";
import { type Cluster, clusterFor, isCluster } from "./cluster";
import type { CompiledRoute } from "./compiled-route";
import { connect } from "./connection";
import type { Answer, Deciding, Decision, Forward } from "./decision";
import { retryPolicy, withinTimeout } from "./retry-policy";
import { authorityOf, type HeaderChanges, headerChanges, rewrittenPath } from "./rewrite";
import { routingTables, type WeightedCluster } from "./routing-tables";
import { spread } from "./spread";

type Sent = Pick<Decision, "cluster" | "upstream" | "answerHeaders"> & {
  readonly action: Answer | Forward;
};

/** The answer for a cluster that the proxy does not have; what the route does to answers goes for it. */
const noCluster = (route: CompiledRoute, headers: HeaderChanges): Answer => ({
  type: "answer",
  status: route.missingStatus,
  flags: ["NC"],
  details: "cluster_not_found",
  headers,
  body: undefined,
});

/** Sends a request on by a route: which destination, and what is changed on the way. */
export function forward(deciding: Deciding, route: CompiledRoute): Sent {
  const { mesh, client, chance, trace } = deciding;
  const { proxy, request } = client;
  const all = mesh.derive(routingTables).destinations(proxy, route);
  const chosen =
    all.length > 1
      ? all[
          chance.weighted(
            "destination",
            all.map(({ weight }) => weight),
          )
        ]
      : all[0];
  if (trace) explainChoice(deciding, route, all, chosen);
  const { http } = route;
  const asked = { proxy, request };
  const [ofRoute, ofDestination] = [http.headers, chosen?.destination.headers].map((headers) => ({
    request: withValues(headers?.request, asked),
    response: withValues(headers?.response, asked),
  }));
  // One destination is written into the route itself, several keep their own changes.
  const several = (http.route ?? []).length > 1;
  const layers = <T>(route: T, destination: T): readonly (readonly T[])[] =>
    several ? [[destination], [route]] : [[route, destination]];
  const responseHeaders = layers(ofRoute?.response, ofDestination?.response);
  const answerHeaders = headerChanges(responseHeaders, {});
  if (!chosen || !isCluster(chosen.cluster)) {
    const action = noCluster(route, answerHeaders);
    return { cluster: undefined, upstream: undefined, answerHeaders, action };
  }
  const cluster = chosen.cluster;
  const byDestination = authorityOf(ofDestination?.request);
  const byRoute = http.rewrite?.authority || authorityOf(ofRoute?.request);
  const authority = byRoute ?? byDestination ?? request.authority;
  const beside = all.flatMap((one) => (isCluster(one.cluster) ? [one.cluster] : []));
  const timeout = http.timeout === undefined ? undefined : parseDuration(http.timeout);
  const action: Forward = {
    type: "forward",
    protocol: "http",
    ...spread(mesh, client, { cluster, beside, trace }),
    authority,
    // Each change of the host notes what was there: of several destinations the chosen one is first.
    originalHost:
      several && byRoute !== undefined ? (byDestination ?? request.authority) : request.authority,
    path: rewrittenPath(route, request),
    rewrites: Boolean(http.rewrite?.uri || http.rewrite?.uriRegexRewrite),
    requestHeaders: headerChanges(
      layers(ofRoute?.request, ofDestination?.request),
      request.headers,
    ),
    responseHeaders,
    timeoutMs: timeout || undefined,
    retry: withinTimeout(
      retryPolicy(http.retries, mesh.derive(meshConfig).defaultHttpRetryPolicy),
      timeout,
    ),
    mirrors: mirrors(deciding, route),
    cookie: stickyCookie(cluster, request, beside),
    connect: (endpoint, connectTrace) => connect(mesh, cluster, endpoint, connectTrace),
  };
  return { cluster: cluster.name, upstream: cluster, answerHeaders, action };
}

function mirrors({ mesh, client, chance, trace }: Deciding, route: CompiledRoute): Cluster[] {
  const { proxy } = client;
  return mirrorsOf(route.http).flatMap(({ destination, percent, path }) => {
    if (!chance.falls("mirror", percent)) return [];
    const at = { namespace: route.namespace, port: route.port };
    const cluster = clusterFor(mesh, proxy, destination, at);
    trace?.({
      step: "mirror",
      taken: isCluster(cluster),
      object: route.object,
      path: `${route.path ?? ""}.${path}`,
      why: isCluster(cluster) ? `a copy goes to ${cluster.name}` : cluster.why,
    });
    return isCluster(cluster) ? [cluster] : [];
  });
}

function mirrorsOf(http: HttpRoute) {
  const share = (percentage: Percent | undefined, percent?: number): number =>
    percentage ? (percentage.value ?? 0) : (percent ?? 100);
  const list: { destination: Destination; percent: number; path: string }[] = [];
  if (http.mirror) {
    const percent = share(http.mirrorPercentage, http.mirrorPercent);
    list.push({ destination: http.mirror, percent, path: "mirror" });
  }
  for (const [index, { destination, percentage }] of (http.mirrors ?? []).entries()) {
    if (!destination) continue;
    list.push({ destination, percent: share(percentage), path: `mirrors[${index}]` });
  }
  return list;
}

function explainChoice(
  { trace }: Deciding,
  route: CompiledRoute,
  all: readonly WeightedCluster[],
  chosen: WeightedCluster | undefined,
): void {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  for (const candidate of all) {
    const share = Math.round((candidate.weight / total) * 1000) / 10;
    trace?.({
      step: "destination",
      taken: candidate === chosen,
      object: route.object,
      path: route.path && `${route.path}.${candidate.path}`,
      why: `${candidate.cluster.name}, ${share} % of requests`,
    });
  }
  if (!chosen) return;
  const { cluster } = chosen;
  trace?.({
    step: "cluster",
    taken: true,
    object: isCluster(cluster) ? (cluster.subset?.object ?? cluster.service.object) : route.object,
    path: isCluster(cluster)
      ? cluster.subset?.path
      : `${route.path ?? ""}.${chosen.path}.destination`,
    why: isCluster(cluster)
      ? `${cluster.ready.length} of ${cluster.endpoints.length} endpoints are ready`
      : cluster.why,
  });
}
