import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";
import type { BackendReference, HttpRouteFilter, ParentReference } from "./http-route";

/** One alternative of a rule's matches: all of its fields together; every call where it has none. */
export interface GrpcRouteMatch {
  readonly method?: {
    /** `Exact` where absent, or `RegularExpression`. */
    readonly type?: string;
    /** Every service where absent. */
    readonly service?: string;
    /** Every method where absent. */
    readonly method?: string;
  };
  readonly headers?: readonly {
    readonly type?: string;
    readonly name?: string;
    readonly value?: string;
  }[];
}

/** One rule of a GRPCRoute. */
export interface GrpcRouteRule {
  readonly name?: string;
  readonly matches?: readonly GrpcRouteMatch[];
  readonly filters?: readonly HttpRouteFilter[];
  readonly backendRefs?: readonly BackendReference[];
}

/** What a GRPCRoute says. */
export interface GrpcRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly hostnames?: readonly string[];
  readonly rules?: readonly GrpcRouteRule[];
}

/** The `spec` of a GRPCRoute. */
export const grpcRouteSpec = (object: KubeObject): GrpcRouteSpec => specOf<GrpcRouteSpec>(object);
