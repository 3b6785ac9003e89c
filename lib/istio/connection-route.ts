import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";
import type { BackendReference, ParentReference } from "./http-route";

/** What a TCPRoute or a TLSRoute says. */
export interface ConnectionRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  /** Names that TLS clients ask for; TLSRoutes alone have them. */
  readonly hostnames?: readonly string[];
  readonly rules?: readonly { readonly backendRefs?: readonly BackendReference[] }[];
}

/** The `spec` of a TCPRoute or a TLSRoute. */
export const connectionRouteSpec = (object: KubeObject): ConnectionRouteSpec =>
  specOf<ConnectionRouteSpec>(object);
