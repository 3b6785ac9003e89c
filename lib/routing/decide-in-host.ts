import type { HttpFault } from "@/lib/istio/virtual-service";
import { parseDuration } from "@/lib/istio/duration";
import type { Chance } from "./chance";
import type { CompiledRoute, VirtualHost } from "./compiled-route";
import { cors } from "./cors";
import type { Answer, Close, Decision, Deciding } from "./decision";
import { forward } from "./forward";
import type { MeshRequest } from "./request";
import { headerChanges, redirectLocation } from "./rewrite";
import type { Trace } from "./trace";

/** What Envoy answers by itself. */
const answer = (status: number, details: string, rest: Partial<Answer> = {}): Answer => ({
  type: "answer",
  status,
  details,
  flags: [],
  headers: {},
  body: undefined,
  ...rest,
});

/** What the routes of a virtual host do with a request: faults, answers of their own, or a way on. */
export function decideInHost(deciding: Deciding, host: VirtualHost): Decision {
  const { request } = deciding.client;
  const base = { table: deciding.table, virtualHost: host.name };
  const nowhere = { cluster: undefined, upstream: undefined, delayMs: 0 };
  if (host.requireTls && request.scheme === "http") {
    const location = `https://${request.authority}${request.path}`;
    const action = answer(301, "direct_response", { headers: { location } });
    return { ...base, ...nowhere, route: undefined, routeName: "", action };
  }
  const route = firstMatch(host.routes, request, deciding.trace);
  if (!route) {
    const action = answer(404, "route_not_found", { flags: ["NR"] });
    return { ...base, ...nowhere, route: undefined, routeName: "", action };
  }
  const chosen = { ...base, route, routeName: route.name };
  const fault = injected(route, deciding);
  if (fault.abort) {
    // The destination is chosen all the same: access logs and metrics name its cluster.
    const { delayMs, abort } = fault;
    if (ownAnswer(route, request)) return { ...chosen, ...nowhere, delayMs, action: abort };
    const sent = forward(deciding, route);
    const headers = sent.answerHeaders ?? {};
    return { ...chosen, ...sent, delayMs, action: { ...abort, headers } };
  }
  const { delayMs } = fault;
  const own = ownAnswer(route, request);
  if (own) return { ...chosen, ...nowhere, delayMs, action: withDelay(own, delayMs) };
  const sent = forward(deciding, route);
  const { preflight, headers: corsHeaders } = cors(route.http.corsPolicy, request);
  if (preflight) {
    const action = withDelay(answer(200, "cors_response", { headers: corsHeaders }), delayMs);
    explainPreflight(deciding, route);
    return { ...chosen, ...sent, delayMs, action };
  }
  if (sent.action.type !== "answer") {
    return { ...chosen, ...sent, delayMs, action: { ...sent.action, corsHeaders } };
  }
  const headers = { ...sent.action.headers, ...corsHeaders };
  return { ...chosen, ...sent, delayMs, action: withDelay({ ...sent.action, headers }, delayMs) };
}

const explainPreflight = ({ trace }: Deciding, { object, path }: CompiledRoute): void =>
  trace?.({
    step: "route",
    taken: true,
    object,
    path: `${path ?? ""}.corsPolicy`,
    why: "the proxy answers the preflight by itself",
  });

const withDelay = (given: Answer | Close, delayMs: number): Answer | Close =>
  given.type === "answer" && delayMs > 0 ? { ...given, flags: ["DI", ...given.flags] } : given;

/** The first route whose conditions all hold. */
function firstMatch(
  routes: readonly CompiledRoute[],
  request: MeshRequest,
  trace: Trace | undefined,
): CompiledRoute | undefined {
  for (const route of routes) {
    const failed = route.conditions.find((condition) => !condition.holds(request));
    if (trace) explainRoute(route, request, trace);
    if (!failed) return route;
  }
  trace?.({
    step: "route",
    taken: true,
    object: undefined,
    path: undefined,
    why: `none of ${routes.length} routes matches ${request.method} ${request.path}`,
  });
  return undefined;
}

function explainRoute(route: CompiledRoute, request: MeshRequest, trace: Trace): void {
  const { object, matchPath: path, conditions } = route;
  const failed = conditions.find((condition) => !condition.holds(request));
  const value = failed?.actual(request);
  const why = failed
    ? `${failed.field} wants ${failed.wants}, the request has ${value === undefined ? "none" : `"${value}"`}`
    : conditions.length > 0
      ? conditions.map(({ field, wants }) => `${field} is ${wants}`).join(", ")
      : object
        ? "it takes every request"
        : "no VirtualService speaks for the host: Istio's default route";
  const at = failed && path ? `${path}.${failed.field}` : path;
  trace({ step: "route", taken: !failed, object, path: at, why });
}

/** The faults that a route injects into this request. */
function injected(
  route: CompiledRoute,
  { chance, trace }: Deciding,
): { readonly delayMs: number; readonly abort: Answer | undefined } {
  const fault = route.http.fault;
  if (!fault) return { delayMs: 0, abort: undefined };
  const delayMs = delayOf(fault, chance);
  const aborted = abortStatus(fault);
  const abort =
    aborted !== undefined && chance.falls("abort", aborted.percent)
      ? answer(aborted.status, "fault_filter_abort", {
          flags: delayMs > 0 ? ["DI", "FI"] : ["FI"],
          body: "fault filter abort",
        })
      : undefined;
  const { object } = route;
  const path = `${route.path ?? ""}.fault`;
  if (delayMs > 0) {
    trace?.({ step: "fault", taken: true, object, path: `${path}.delay`, why: `${delayMs} ms` });
  }
  if (abort) {
    const why = `answered with ${abort.status}`;
    trace?.({ step: "fault", taken: true, object, path: `${path}.abort`, why });
  }
  return { delayMs, abort };
}

/** A fault without a percentage happens to nobody. Source: istiod's TranslateFault. */
function delayOf({ delay }: HttpFault, chance: Chance): number {
  const length = delay?.fixedDelay === undefined ? undefined : parseDuration(delay.fixedDelay);
  if (!delay || !length) return 0;
  const percent = delay.percentage ? (delay.percentage.value ?? 0) : (delay.percent ?? 0);
  return chance.falls("delay", percent) ? length : 0;
}

function abortStatus({ abort }: HttpFault) {
  if (!abort) return undefined;
  const status = abort.httpStatus ?? (abort.grpcStatus ? 200 : undefined);
  if (status === undefined) return undefined;
  return { status, percent: abort.percentage?.value ?? 0 };
}

/** A redirect or a direct response; undefined for a route that sends requests on. */
function ownAnswer(route: CompiledRoute, request: MeshRequest): Answer | undefined {
  const { redirect, directResponse, headers: operations } = route.http;
  const changes = headerChanges([[operations?.response]], {});
  if (redirect) {
    const location = redirectLocation(redirect, request, route);
    const headers = { location, ...changes };
    return answer(redirect.redirectCode || 301, "direct_response", { headers });
  }
  if (!directResponse) return undefined;
  const status = directResponse.status ?? 200;
  // What was created is where it was asked for.
  const location = `${request.scheme}://${request.authority}${request.path}`;
  return answer(status, "direct_response", {
    headers: { ...(status === 201 ? { location } : {}), ...changes },
    body: directResponse.body?.string,
  });
}
