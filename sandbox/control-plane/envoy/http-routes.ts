import { resolveHost } from "@/lib/istio/host";
import { parseDuration } from "@/lib/istio/duration";
import type { Destination, HttpFault, HttpMatch, HttpRoute } from "@/lib/istio/virtual-service";
import { hasLabels } from "@/lib/k8s/label-selector";
import { registry } from "@/lib/mesh/registry";
import { type MeshVirtualService, virtualServices } from "@/lib/mesh/virtual-services";
import type { MeshView } from "@/lib/mesh/view";
import type { ProxyPod } from "../proxy-pod";
import { configPath, istioMetadata, type Json, outboundName, typeOf } from "./parts";
import { routeMatch } from "./route-match";

/** Where the routes of a VirtualService are put. */
export interface RouteSetting {
  readonly pod: ProxyPod;
  readonly mesh: MeshView;
  /** `mesh`, or `namespace/name` of Gateways. */
  readonly gateways: readonly string[];
  /** The port that the client asked for. */
  readonly port: number;
}

/** The retries that istiod writes where nobody asks for others. */
export const DEFAULT_RETRIES: Json = {
  retry_on: "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
  num_retries: 2,
  retry_host_predicate: [
    {
      name: "envoy.retry_host_predicates.previous_hosts",
      typed_config: typeOf("extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
    },
  ],
  host_selection_retry_max_attempts: "5",
};

/** The routes of a VirtualService in order: one for each alternative of each `http` entry. */
export function httpRoutes(service: MeshVirtualService, setting: RouteSetting): readonly Json[] {
  const routes: Json[] = [];
  for (const http of withDelegates(service, setting.mesh)) {
    const matches = http.route.match?.length ? http.route.match : [undefined];
    for (const match of matches) {
      if (match && !applies(match, setting)) continue;
      routes.push(oneRoute(http.owner, http.route, match, setting));
    }
  }
  return routes;
}

interface OwnedRoute {
  readonly owner: MeshVirtualService;
  readonly route: HttpRoute;
}

function withDelegates(service: MeshVirtualService, mesh: MeshView): readonly OwnedRoute[] {
  return (service.spec.http ?? []).flatMap((route) => {
    if (!route.delegate) return [{ owner: service, route }];
    const { name = "", namespace = service.namespace } = route.delegate;
    const delegate = mesh.derive(virtualServices).get(namespace, name);
    return (delegate?.spec.http ?? []).map((inner) => ({
      owner: delegate ?? service,
      route: { ...inner, ...(inner.match ? {} : route.match ? { match: route.match } : {}) },
    }));
  });
}

const applies = (match: HttpMatch, { pod, gateways, port }: RouteSetting): boolean =>
  (!match.gateways?.length || match.gateways.some((gateway) => gateways.includes(gateway))) &&
  (match.port === undefined || match.port === port) &&
  (match.sourceNamespace === undefined || match.sourceNamespace === pod.namespace) &&
  hasLabels(pod.labels, match.sourceLabels ?? {});

function oneRoute(
  owner: MeshVirtualService,
  route: HttpRoute,
  match: HttpMatch | undefined,
  setting: RouteSetting,
): Json {
  const name = [route.name, match?.name].filter(Boolean).join(".");
  return {
    match: routeMatch(match),
    ...action(owner, route, setting),
    ...istioMetadata({ config: configPath(owner.object) }),
    decorator: { operation: `${owner.name}:${setting.port}/*` },
    ...fault(route.fault),
    ...(name ? { name } : {}),
  };
}

function action(owner: MeshVirtualService, route: HttpRoute, setting: RouteSetting): Json {
  if (route.redirect) {
    const { uri, authority, scheme, port, redirectCode } = route.redirect;
    return {
      redirect: {
        path_redirect: uri,
        host_redirect: authority,
        scheme_redirect: scheme,
        port_redirect: port,
        response_code: redirectCode === 302 ? "FOUND" : undefined,
      },
    };
  }
  if (route.directResponse) {
    const { status, body } = route.directResponse;
    return {
      direct_response: {
        status,
        ...(body?.string ? { body: { inline_string: body.string } } : {}),
      },
    };
  }
  const { mirror } = route;
  return {
    route: {
      ...destinations(owner, route, setting),
      timeout: seconds(route.timeout),
      ...retries(route),
      ...(mirror
        ? { request_mirror_policies: [{ cluster: clusterOf(owner, mirror, setting) }] }
        : {}),
      ...(route.rewrite?.uri ? { prefix_rewrite: route.rewrite.uri } : {}),
      ...(route.rewrite?.authority ? { host_rewrite_literal: route.rewrite.authority } : {}),
      max_grpc_timeout: seconds(route.timeout),
    },
  };
}

const seconds = (duration: string | undefined): string =>
  `${(duration === undefined ? 0 : (parseDuration(duration) ?? 0)) / 1000}s`;

function retries({ retries: wanted }: HttpRoute): Json {
  if (!wanted) return { retry_policy: DEFAULT_RETRIES };
  if (wanted.attempts === 0) return {};
  return {
    retry_policy: {
      ...DEFAULT_RETRIES,
      ...(wanted.retryOn ? { retry_on: wanted.retryOn } : {}),
      num_retries: wanted.attempts,
      ...(wanted.perTryTimeout ? { per_try_timeout: seconds(wanted.perTryTimeout) } : {}),
    },
  };
}

function destinations(owner: MeshVirtualService, route: HttpRoute, setting: RouteSetting): Json {
  const [first, ...others] = route.route ?? [];
  if (first && others.length === 0) {
    return { cluster: clusterOf(owner, first.destination ?? {}, setting) };
  }
  const weighted = (route.route ?? [])
    .filter(({ weight = 0 }) => weight > 0)
    .map(({ destination, weight = 0 }) => ({
      name: clusterOf(owner, destination ?? {}, setting),
      weight,
    }));
  // A split that leaves one is none: istiod writes the cluster itself.
  const [only] = weighted;
  return weighted.length === 1 && only
    ? { cluster: only.name }
    : { weighted_clusters: { clusters: weighted } };
}

function clusterOf(
  owner: MeshVirtualService,
  destination: Destination,
  { pod, mesh, port }: RouteSetting,
): string {
  const host = resolveHost(destination.host ?? "", owner.namespace).toLowerCase();
  const service = mesh.derive(registry).resolve(host, pod.namespace);
  const only = service?.ports.length === 1 ? service.ports[0]?.number : undefined;
  return outboundName(destination.port?.number ?? only ?? port, destination.subset ?? "", host);
}

const MILLION = 10_000;

const share = (percent: number): Json => ({
  percentage: { numerator: Math.round(percent * MILLION), denominator: "MILLION" },
});

function fault(wanted: HttpFault | undefined): Json {
  if (!wanted) return {};
  const { delay, abort } = wanted;
  return {
    typed_per_filter_config: {
      "envoy.filters.http.fault": {
        ...typeOf("extensions.filters.http.fault.v3.HTTPFault"),
        ...(delay
          ? {
              delay: {
                fixed_delay: seconds(delay.fixedDelay),
                ...share(delay.percentage?.value ?? delay.percent ?? 100),
              },
            }
          : {}),
        ...(abort
          ? { abort: { http_status: abort.httpStatus, ...share(abort.percentage?.value ?? 100) } }
          : {}),
      },
    },
  };
}
