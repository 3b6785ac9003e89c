import type { KubeObject } from "@/lib/k8s/object";
import type { LabelSelector } from "@/lib/k8s/label-selector";
import { specOf } from "@/lib/k8s/spec";

/** One port of a Gateway of the Gateway API. */
export interface Listener {
  readonly name?: string;
  /** All where absent. */
  readonly hostname?: string;
  readonly port?: number;
  /** `HTTP`, `HTTPS`, `TLS` or `TCP`. */
  readonly protocol?: string;
  readonly tls?: {
    /** `Terminate` where absent, or `Passthrough`. */
    readonly mode?: string;
    readonly certificateRefs?: readonly { readonly name?: string }[];
  };
  readonly allowedRoutes?: {
    /** Those that fit the protocol where absent. */
    readonly kinds?: readonly { readonly kind?: string }[];
    readonly namespaces?: {
      /** `Same` where absent, `All` or `Selector`. */
      readonly from?: string;
      readonly selector?: LabelSelector;
    };
  };
}

/** What a Gateway of the Gateway API says. */
export interface KubernetesGatewaySpec {
  readonly gatewayClassName?: string;
  readonly listeners?: readonly Listener[];
  readonly addresses?: readonly { readonly type?: string; readonly value?: string }[];
}

/** The `spec` of a Gateway (gateway.networking.k8s.io). */
export const kubernetesGatewaySpec = (object: KubeObject): KubernetesGatewaySpec =>
  specOf<KubernetesGatewaySpec>(object);
