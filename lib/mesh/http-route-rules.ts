import { serviceFqdn } from "@/lib/istio/host";
import type {
  BackendReference,
  HeaderFilter,
  HttpRouteFilter,
  HttpRouteMatch,
  HttpRouteRule,
} from "@/lib/istio/http-route";
import type {
  Destination,
  HeaderOperations,
  HttpMatch,
  HttpRedirect,
  HttpRewrite,
  HttpRoute,
  HttpRouteDestination,
  StringMatch,
} from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import { parseDuration } from "@/lib/istio/duration";
import { convertedCors } from "./http-route-cors";

/** An HTTP route as a VirtualService would have it, with its place in the HTTPRoute. */
export interface ConvertedRule {
  readonly http: HttpRoute;
  /** `spec.rules[0]`. */
  readonly path: string;
  /** `spec.rules[0].matches[1]`. */
  readonly matchPath: string;
}

/** Whether an HTTPRoute may send to a backend of another namespace. */
export type MayReach = (backend: BackendReference, namespace: string) => boolean;

/**
 * The rules of an HTTPRoute as HTTP routes of a VirtualService, one for each match. Source:
 * istiod's convertHTTPRoute.
 */
export const convertedRules = (
  route: KubeObject,
  rules: readonly HttpRouteRule[],
  mayReach: MayReach,
): readonly ConvertedRule[] => rulesByMatch(route, rules, mayReach, convertedMatch);

/** A rule of a route whose matches are of the kind `Match`. */
type RuleWith<Match> = Omit<HttpRouteRule, "matches"> & { readonly matches?: readonly Match[] };

/** The rules of a route as HTTP routes, one for each match; one without takes what an empty match does. */
export function rulesByMatch<Match extends object>(
  route: KubeObject,
  rules: readonly RuleWith<Match>[],
  mayReach: MayReach,
  matchOf: (match: Partial<Match>) => HttpMatch,
): readonly ConvertedRule[] {
  const { name, namespace = "" } = route.metadata;
  return rules.flatMap((rule, position) => {
    const path = `spec.rules[${position}]`;
    const base = convertedRule(rule, namespace, mayReach);
    const matches: readonly Partial<Match>[] = rule.matches?.length ? rule.matches : [{}];
    return matches.map((match, index) => ({
      http: {
        ...base,
        name: rule.name || `${namespace}.${name}.${position}`,
        match: [matchOf(match)],
      },
      path,
      matchPath: rule.matches?.length ? `${path}.matches[${index}]` : path,
    }));
  });
}

/** What a rule does with a request, whatever it matches. */
function convertedRule(
  rule: Omit<HttpRouteRule, "matches">,
  namespace: string,
  mayReach: MayReach,
): HttpRoute {
  const filters = rule.filters ?? [];
  const redirect = convertedRedirect(filters.findLast((one) => one.requestRedirect));
  const rewrite = convertedRewrite(filters.findLast((one) => one.urlRewrite));
  const headers = convertedHeaders(filters);
  const cors = filters.findLast((one) => one.cors)?.cors;
  const mirrors = filters.flatMap(({ requestMirror }) => {
    const backend = requestMirror?.backendRef;
    if (!backend || !mayReach(backend, namespace)) return [];
    const { fraction, percent } = requestMirror;
    const value = fraction
      ? (100 * (fraction.numerator ?? 0)) / (fraction.denominator ?? 100)
      : percent;
    return [
      {
        destination: destinationOf(backend, namespace),
        ...(value === undefined ? {} : { percentage: { value } }),
      },
    ];
  });
  const backends = (rule.backendRefs ?? []).filter(({ weight = 1 }) => weight > 0);
  const parts: HttpRoute = {
    ...(redirect && { redirect }),
    ...(rewrite && { rewrite }),
    ...(headers && { headers }),
    ...(cors && { corsPolicy: convertedCors(cors) }),
    ...(mirrors.length > 0 && { mirrors }),
    ...retriesAndTimeout(rule),
  };
  // The Gateway API asks for 500 where nothing can take the request.
  if (backends.length === 0)
    return redirect ? parts : { ...parts, directResponse: { status: 500 } };
  const route = backends.map((backend): HttpRouteDestination => {
    const own = convertedHeaders(backend.filters ?? []);
    return {
      destination: mayReach(backend, namespace) ? destinationOf(backend, namespace) : {},
      weight: backend.weight ?? 1,
      ...(own && { headers: own }),
    };
  });
  return { ...parts, route };
}

/** Where a backend of a route is. */
export function destinationOf(backend: BackendReference, routeNamespace: string): Destination {
  const { kind = "Service", name = "", namespace = routeNamespace, port } = backend;
  const host = kind === "Hostname" ? name : serviceFqdn(name, namespace);
  return { host, ...(port === undefined ? {} : { port: { number: port } }) };
}

function retriesAndTimeout({ retry, timeouts }: Omit<HttpRouteRule, "matches">): HttpRoute {
  const given = (text: string | undefined): string | undefined =>
    text !== undefined && parseDuration(text) ? text : undefined;
  const backend = given(timeouts?.backendRequest);
  const timeout = (retry ? undefined : backend) ?? given(timeouts?.request);
  const statuses = (retry?.codes ?? []).map(String);
  return {
    ...(timeout !== undefined && { timeout }),
    ...(retry && {
      retries: {
        attempts: retry.attempts ?? 2,
        retryOn: [...CONNECTION_FAILURES, ...statuses].join(","),
        ...(backend !== undefined && { perTryTimeout: backend }),
        ...(retry.backoff !== undefined && { backoff: retry.backoff }),
      },
    }),
  };
}

const CONNECTION_FAILURES = ["connect-failure", "refused-stream", "unavailable", "cancelled"];

/** Typed matches by name. */
export const matchesOf = (list: HttpRouteMatch["headers"]): Readonly<Record<string, StringMatch>> =>
  Object.fromEntries(
    (list ?? []).map(({ type, name = "", value = "" }) => [
      name,
      type === "RegularExpression" ? { regex: value } : { exact: value },
    ]),
  );

function convertedMatch({ path, headers, queryParams, method }: HttpRouteMatch): HttpMatch {
  return {
    uri: pathMatch(path?.type ?? "PathPrefix", path?.value ?? "/"),
    ...(headers?.length && { headers: matchesOf(headers) }),
    ...(queryParams?.length && { queryParams: matchesOf(queryParams) }),
    ...(method && { method: { exact: method } }),
  };
}

function pathMatch(type: string, value: string): StringMatch {
  if (type === "Exact") return { exact: value };
  if (type === "RegularExpression") return { regex: value };
  return { prefix: value === "/" ? value : value.replace(/\/$/, "") };
}

function convertedRedirect(filter: HttpRouteFilter | undefined): HttpRedirect | undefined {
  if (!filter?.requestRedirect) return undefined;
  const { scheme, hostname, port, statusCode, path } = filter.requestRedirect;
  return {
    // The Gateway API answers 302 where Istio would answer 301.
    redirectCode: statusCode ?? 302,
    ...(hostname !== undefined && { authority: hostname }),
    ...(scheme !== undefined && { scheme }),
    ...(port === undefined
      ? { derivePort: scheme === undefined ? "FROM_REQUEST_PORT" : "FROM_PROTOCOL_DEFAULT" }
      : { port }),
    ...(path?.type === "ReplaceFullPath" && { uri: path.replaceFullPath ?? "" }),
    ...(path?.type === "ReplacePrefixMatch" && { prefixRewrite: path.replacePrefixMatch ?? "" }),
  };
}

function convertedRewrite(filter: HttpRouteFilter | undefined): HttpRewrite | undefined {
  if (!filter?.urlRewrite) return undefined;
  const { hostname, path } = filter.urlRewrite;
  return {
    ...(hostname !== undefined && { authority: hostname }),
    ...(path?.type === "ReplacePrefixMatch" && {
      uri: (path.replacePrefixMatch ?? "").replace(/\/$/, "") || "/",
    }),
    ...(path?.type === "ReplaceFullPath" && {
      uriRegexRewrite: { match: "/.*", rewrite: path.replaceFullPath ?? "" },
    }),
  };
}

function convertedHeaders(filters: readonly HttpRouteFilter[]) {
  const request = filters.findLast((one) => one.requestHeaderModifier)?.requestHeaderModifier;
  const response = filters.findLast((one) => one.responseHeaderModifier)?.responseHeaderModifier;
  if (!request && !response) return undefined;
  return {
    ...(request && { request: operationsOf(request) }),
    ...(response && { response: operationsOf(response) }),
  };
}

/** Of entries with one name the first counts. */
function operationsOf({ set, add, remove }: HeaderFilter): HeaderOperations {
  const values = (list: HeaderFilter["set"]): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...(list ?? [])].reverse().map(({ name = "", value = "" }) => [name.toLowerCase(), value]),
    );
  return {
    ...(set && { set: values(set) }),
    ...(add && { add: values(add) }),
    ...(remove && { remove }),
  };
}
