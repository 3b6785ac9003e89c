import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";

/** What a route is attached to: a Gateway, a Service or a ServiceEntry. */
export interface ParentReference {
  /** `gateway.networking.k8s.io` where absent; empty for the core group. */
  readonly group?: string;
  /** `Gateway` where absent. */
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly sectionName?: string;
  readonly port?: number;
}

/** Where requests go. */
export interface BackendReference {
  readonly group?: string;
  /** `Service` where absent. */
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly port?: number;
  /** 1 where absent. */
  readonly weight?: number;
  readonly filters?: readonly HttpRouteFilter[];
}

/** A value with how it is matched; `Exact` where the type is absent. */
interface TypedMatch {
  readonly type?: string;
  readonly name?: string;
  readonly value?: string;
}

/** One alternative of a rule's matches: all of its fields together. */
export interface HttpRouteMatch {
  /** `PathPrefix` of `/` where absent. */
  readonly path?: TypedMatch;
  readonly headers?: readonly TypedMatch[];
  readonly queryParams?: readonly TypedMatch[];
  readonly method?: string;
}

interface NamedValue {
  readonly name?: string;
  readonly value?: string;
}

/** Changes of headers. */
export interface HeaderFilter {
  readonly set?: readonly NamedValue[];
  readonly add?: readonly NamedValue[];
  readonly remove?: readonly string[];
}

interface PathModifier {
  /** `ReplaceFullPath` or `ReplacePrefixMatch`. */
  readonly type?: string;
  readonly replaceFullPath?: string;
  readonly replacePrefixMatch?: string;
}

/** One thing that is done to a request besides sending it on. */
export interface HttpRouteFilter {
  readonly type?: string;
  readonly requestHeaderModifier?: HeaderFilter;
  readonly responseHeaderModifier?: HeaderFilter;
  readonly requestRedirect?: {
    readonly scheme?: string;
    readonly hostname?: string;
    readonly port?: number;
    readonly statusCode?: number;
    readonly path?: PathModifier;
  };
  readonly urlRewrite?: { readonly hostname?: string; readonly path?: PathModifier };
  readonly cors?: {
    /** `*`, `https://a.test`, or with `*` for any part. */
    readonly allowOrigins?: readonly string[];
    readonly allowCredentials?: boolean;
    readonly allowMethods?: readonly string[];
    readonly allowHeaders?: readonly string[];
    readonly exposeHeaders?: readonly string[];
    /** In seconds. */
    readonly maxAge?: number;
  };
  readonly requestMirror?: {
    readonly backendRef?: BackendReference;
    readonly percent?: number;
    readonly fraction?: { readonly numerator?: number; readonly denominator?: number };
  };
}

/** One rule of an HTTPRoute. */
export interface HttpRouteRule {
  readonly name?: string;
  readonly matches?: readonly HttpRouteMatch[];
  readonly filters?: readonly HttpRouteFilter[];
  readonly backendRefs?: readonly BackendReference[];
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
  readonly retry?: {
    readonly codes?: readonly number[];
    readonly attempts?: number;
    readonly backoff?: string;
  };
}

/** What an HTTPRoute says. */
export interface HttpRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly hostnames?: readonly string[];
  readonly rules?: readonly HttpRouteRule[];
}

/** The `spec` of an HTTPRoute. */
export const httpRouteSpec = (object: KubeObject): HttpRouteSpec => specOf<HttpRouteSpec>(object);
