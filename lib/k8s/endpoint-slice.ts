import type { KubeObject } from "./object";

/** The label by which an EndpointSlice names its Service. */
export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** One endpoint of a slice: an address, and how it does. */
export interface SliceEndpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: {
    /** Absent means ready. */
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
  };
  readonly targetRef?: {
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly nodeName?: string;
  readonly zone?: string;
}

/** One port of a slice; the same for all its endpoints. */
export interface SlicePort {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
}

/** What we read of an EndpointSlice, which has no `spec`. */
export interface EndpointSliceView {
  /** The Service's name; undefined for a slice of no Service. */
  readonly service: string | undefined;
  readonly endpoints: readonly SliceEndpoint[];
  readonly ports: readonly SlicePort[];
}

const listAt = <T>(object: KubeObject, field: string): readonly T[] => {
  const list = object[field];
  return Array.isArray(list) ? (list as T[]) : [];
};

/** What an EndpointSlice holds. */
export const endpointSliceView = (slice: KubeObject): EndpointSliceView => ({
  service: slice.metadata.labels?.[SERVICE_NAME_LABEL],
  endpoints: listAt<SliceEndpoint>(slice, "endpoints"),
  ports: listAt<SlicePort>(slice, "ports"),
});
