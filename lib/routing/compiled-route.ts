import type { HttpMatch, HttpRoute, StringMatch } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import type { RequestCondition } from "./request-condition";

/** One route as a proxy has it: one alternative of one entry of `spec.http`. */
export interface CompiledRoute {
  /** As access logs show it; empty for an unnamed route. */
  readonly name: string;
  /** Undefined for the route that istiod makes of a service without VirtualService. */
  readonly object: KubeObject | undefined;
  /** `spec.http[0]`. */
  readonly path: string | undefined;
  /** `spec.http[0].match[1]`; equal to `path` where the route has no match. */
  readonly matchPath: string | undefined;
  readonly conditions: readonly RequestCondition[];
  /** Whether it takes every request, so that nothing after it is ever reached. */
  readonly catchAll: boolean;
  readonly http: HttpRoute;
  /** The prefix that a URI rewrite replaces; undefined where the path is replaced whole. */
  readonly matchedUri: StringMatch | undefined;
  readonly ignoreUriCase: boolean;
  /** Whether prefixes are of whole segments, as in the Gateway API. */
  readonly bySegment: boolean;
  /** What is answered where a destination does not exist. */
  readonly missingStatus: 500 | 503;
  /** Where short names are completed from, and destinations are looked up. */
  readonly namespace: string;
  /** Of the listener as configuration names it: a gateway's server, not the pod's port behind it. */
  readonly port: number;
}

/** A set of routes that answers for some domains. */
export interface VirtualHost {
  /** `reviews.bookinfo.svc.cluster.local:9080`. */
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly CompiledRoute[];
  /** Whether plain requests are sent to https first. */
  readonly requireTls: boolean;
}

/** Whether a match, once its static conditions hold, takes every request. */
export const isCatchAllMatch = (
  match: HttpMatch,
  conditions: readonly RequestCondition[],
): boolean =>
  conditions.every(({ field }) => field === "uri") &&
  (!match.uri || match.uri.prefix === "/" || match.uri.regex === ".*");
