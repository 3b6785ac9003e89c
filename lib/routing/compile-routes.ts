import { resolveGateways } from "@/lib/istio/gateway-ref";
import type { HttpMatch, HttpRoute } from "@/lib/istio/virtual-service";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { type CompiledRoute, isCatchAllMatch } from "./compiled-route";
import type { ProxyIdentity } from "./request";
import { requestConditions } from "./request-conditions";

/** An entry of `spec.http`, and where it is written: the entry of a delegate is in another object. */
export interface SourcedRoute {
  readonly http: HttpRoute;
  readonly object: KubeObject;
  readonly path: string;
  /** Of the object that holds it. */
  readonly namespace: string;
  /** Where the only match of an HTTPRoute's rule is written; undefined for a VirtualService. */
  readonly matchPath?: string;
}

/** For whom routes are compiled. */
export interface RouteContext {
  readonly proxy: ProxyIdentity;
  /** The port of the listener. */
  readonly port: number;
  /** `mesh`, or `namespace/name` of the gateways that share the listener. */
  readonly gateways: ReadonlySet<string>;
}

/**
 * The routes of a VirtualService for one proxy and port, in the order in which they are tried.
 *
 * What is known when the proxy is configured (port, gateways, labels and namespace of the client)
 * is decided here; nothing is kept after a route that takes all.
 */
export function compileRoutes(
  sources: readonly SourcedRoute[],
  context: RouteContext,
): CompiledRoute[] {
  const compiled: CompiledRoute[] = [];
  for (const source of sources) {
    for (const route of alternatives(source, context)) {
      compiled.push(route);
      if (route.catchAll) return compiled;
    }
  }
  return compiled;
}

function alternatives(source: SourcedRoute, context: RouteContext): CompiledRoute[] {
  const { http, object, path, namespace } = source;
  const bySegment = source.matchPath !== undefined;
  const missingStatus = bySegment ? (500 as const) : (503 as const);
  const { port } = context;
  const name = http.name ?? "";
  const base = { object, path, http, namespace, name, missingStatus, bySegment, port };
  if (!http.match?.length) {
    return [
      {
        ...base,
        matchPath: path,
        conditions: [],
        catchAll: true,
        matchedUri: undefined,
        ignoreUriCase: false,
      },
    ];
  }
  const routes: CompiledRoute[] = [];
  for (const [index, match] of http.match.entries()) {
    if (!holdsStatically(match, namespace, context)) continue;
    const conditions = requestConditions(match, bySegment);
    routes.push({
      ...base,
      name: match.name ? `${http.name ?? ""}.${match.name}` : (http.name ?? ""),
      matchPath: source.matchPath ?? `${path}.match[${index}]`,
      conditions,
      catchAll: isCatchAllMatch(match, conditions),
      matchedUri: match.uri,
      ignoreUriCase: match.ignoreUriCase === true,
    });
  }
  return routes;
}

/** Nothing else of the client is looked at in a match that names gateways. */
function holdsStatically(
  match: HttpMatch,
  namespace: string,
  { proxy, port, gateways }: RouteContext,
): boolean {
  if (match.port && match.port !== port) return false;
  if (match.gateways?.length) {
    return resolveGateways(match.gateways, namespace).some((name) => gateways.has(name));
  }
  if (!hasLabels(proxy.labels, match.sourceLabels ?? {})) return false;
  return !match.sourceNamespace || match.sourceNamespace === proxy.namespace;
}
