import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";

type Labels = Readonly<Record<string, string>>;

/** How a string is matched; exactly one field is set. An empty one matches any value that is there. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  /** RE2, on the whole value. */
  readonly regex?: string;
}

/** One alternative of an HTTP route's `match`: all of its fields together. */
export interface HttpMatch {
  readonly name?: string;
  readonly uri?: StringMatch;
  readonly scheme?: StringMatch;
  readonly method?: StringMatch;
  readonly authority?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
  readonly ignoreUriCase?: boolean;
  readonly port?: number;
  readonly sourceLabels?: Labels;
  readonly sourceNamespace?: string;
  readonly gateways?: readonly string[];
  readonly statPrefix?: string;
}

/** Where requests go. */
export interface Destination {
  readonly host?: string;
  readonly subset?: string;
  readonly port?: { readonly number?: number };
}

/** Changes of one message's headers: `set` replaces, `add` appends, `remove` takes away. */
export interface HeaderOperations {
  readonly set?: Labels;
  readonly add?: Labels;
  readonly remove?: readonly string[];
}

/** Changes of headers on the way there and back. */
interface Headers {
  readonly request?: HeaderOperations;
  readonly response?: HeaderOperations;
}

/** One destination of an HTTP route with its share. */
export interface HttpRouteDestination {
  readonly destination?: Destination;
  readonly weight?: number;
  readonly headers?: Headers;
}

/** An answer that sends the client elsewhere. */
export interface HttpRedirect {
  readonly uri?: string;
  readonly authority?: string;
  readonly scheme?: string;
  readonly port?: number;
  readonly derivePort?: string;
  /** 301 where absent. */
  readonly redirectCode?: number;
  /** What takes the place of the matched prefix; HTTPRoutes alone have it. */
  readonly prefixRewrite?: string;
}

/** An answer that the proxy gives itself. */
interface HttpDirectResponse {
  readonly status?: number;
  readonly body?: { readonly string?: string; readonly bytes?: string };
}

/** Another VirtualService that holds the routes; its namespace is the root's where absent. */
interface Delegate {
  readonly name?: string;
  readonly namespace?: string;
}

/** What is changed of the request before it leaves. */
export interface HttpRewrite {
  readonly uri?: string;
  readonly authority?: string;
  readonly uriRegexRewrite?: { readonly match?: string; readonly rewrite?: string };
}

/** A share in percent, from 0 to 100, fractions allowed. */
export interface Percent {
  readonly value?: number;
}

/** Faults that the client's proxy injects. */
export interface HttpFault {
  readonly delay?: {
    readonly fixedDelay?: string;
    readonly percentage?: Percent;
    /** Deprecated twin of `percentage`. */
    readonly percent?: number;
  };
  readonly abort?: {
    readonly httpStatus?: number;
    readonly grpcStatus?: string;
    readonly percentage?: Percent;
  };
}

/** How often a failed request is tried again, and upon what. */
export interface HttpRetry {
  readonly attempts?: number;
  readonly perTryTimeout?: string;
  readonly retryOn?: string;
  readonly retryRemoteLocalities?: boolean;
  readonly retryIgnorePreviousHosts?: boolean;
  readonly backoff?: string;
}

/** Cross-origin rules. */
/** Which origins may read answers, and what preflights are told. */
export interface CorsPolicy {
  readonly allowOrigins?: readonly StringMatch[];
  /** Exact ones; no longer written, still read where `allowOrigins` is left out. */
  readonly allowOrigin?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAge?: string;
  readonly allowCredentials?: boolean;
  /** `FORWARD` (also where left out) or `IGNORE`. */
  readonly unmatchedPreflights?: string;
}

/** One entry of `spec.http`. */
export interface HttpRoute {
  readonly name?: string;
  readonly match?: readonly HttpMatch[];
  readonly route?: readonly HttpRouteDestination[];
  readonly redirect?: HttpRedirect;
  readonly directResponse?: HttpDirectResponse;
  readonly delegate?: Delegate;
  readonly rewrite?: HttpRewrite;
  readonly timeout?: string;
  readonly retries?: HttpRetry;
  readonly fault?: HttpFault;
  readonly mirror?: Destination;
  readonly mirrorPercentage?: Percent;
  /** Deprecated twin of `mirrorPercentage`. */
  readonly mirrorPercent?: number;
  readonly mirrors?: readonly {
    readonly destination?: Destination;
    readonly percentage?: Percent;
  }[];
  readonly corsPolicy?: CorsPolicy;
  readonly headers?: Headers;
}

/** One destination of a TCP or TLS route. */
export interface L4RouteDestination {
  readonly destination?: Destination;
  readonly weight?: number;
}

/** One alternative of a TCP or TLS route's `match`; `sniHosts` for TLS only. */
export interface L4Match {
  readonly sniHosts?: readonly string[];
  readonly destinationSubnets?: readonly string[];
  readonly port?: number;
  readonly sourceLabels?: Labels;
  readonly sourceNamespace?: string;
  readonly gateways?: readonly string[];
}

/** One entry of `spec.tcp` or `spec.tls`. */
export interface L4Route {
  readonly match?: readonly L4Match[];
  readonly route?: readonly L4RouteDestination[];
}

/** What a VirtualService says. */
export interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly http?: readonly HttpRoute[];
  readonly tls?: readonly L4Route[];
  readonly tcp?: readonly L4Route[];
  readonly exportTo?: readonly string[];
}

/** The `spec` of a VirtualService. */
export const virtualServiceSpec = (object: KubeObject): VirtualServiceSpec =>
  specOf<VirtualServiceSpec>(object);
