import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";

/** Whether a workload takes mutual TLS: `UNSET` inherits. */
interface MutualTls {
  /** `UNSET`, `DISABLE`, `PERMISSIVE` or `STRICT`; UNSET where absent. */
  readonly mode?: string;
}

/** What a PeerAuthentication says. */
export interface PeerAuthenticationSpec {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly mtls?: MutualTls;
  /** By the workload's port (not the service's); read only with a selector. */
  readonly portLevelMtls?: Readonly<Record<string, MutualTls>>;
}

/** The `spec` of a PeerAuthentication. */
export const peerAuthenticationSpec = (object: KubeObject): PeerAuthenticationSpec =>
  specOf<PeerAuthenticationSpec>(object);
