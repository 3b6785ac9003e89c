import type { IstioPort } from "./gateway";
import type { ConnectionPool } from "./destination-rule";
import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";

/** What happens to traffic for hosts that the registry does not know. */
export interface OutboundTrafficPolicy {
  /** `REGISTRY_ONLY` or `ALLOW_ANY`; in a Sidecar REGISTRY_ONLY where absent. */
  readonly mode?: string;
}

/** One outbound listener: which hosts may be reached through it. */
export interface EgressListener {
  readonly port?: IstioPort;
  readonly bind?: string;
  readonly captureMode?: string;
  /** `namespace/host`; the namespace may be `*`, `.`, `~` or a name. */
  readonly hosts?: readonly string[];
}

/** One inbound listener: to which address of the application it leads. */
export interface IngressListener {
  readonly port?: IstioPort;
  readonly bind?: string;
  readonly captureMode?: string;
  readonly defaultEndpoint?: string;
  readonly connectionPool?: ConnectionPool;
}

/** What a Sidecar says. */
export interface SidecarSpec {
  readonly workloadSelector?: { readonly labels?: Readonly<Record<string, string>> };
  readonly ingress?: readonly IngressListener[];
  readonly egress?: readonly EgressListener[];
  readonly outboundTrafficPolicy?: OutboundTrafficPolicy;
  readonly inboundConnectionPool?: ConnectionPool;
}

/** The `spec` of a Sidecar. */
export const sidecarSpec = (object: KubeObject): SidecarSpec => specOf<SidecarSpec>(object);
