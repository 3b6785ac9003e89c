import type { KubeObject } from "./object";
import { specOf } from "./spec";

/** One port of a Service. */
export interface ServicePort {
  readonly name?: string;
  readonly port?: number;
  /** A number, or the name of a container port; the service port itself where absent or 0. */
  readonly targetPort?: number | string;
  readonly protocol?: string;
  readonly appProtocol?: string;
  readonly nodePort?: number;
}

/** What we read of a Service's `spec`. */
export interface ServiceSpec {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly externalName?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly ServicePort[];
  readonly publishNotReadyAddresses?: boolean;
  /** `Local`: only endpoints on the client's own node. */
  readonly internalTrafficPolicy?: string;
  /** `PreferClose`, `PreferSameZone` or `PreferSameNode`; no preference where absent. */
  readonly trafficDistribution?: string;
}

/** The `spec` of a Service. */
export const serviceSpec = (service: KubeObject): ServiceSpec => specOf<ServiceSpec>(service);
