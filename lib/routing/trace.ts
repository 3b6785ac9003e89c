import type { KubeObject } from "@/lib/k8s/object";

/** One step of a decision: which field of which object decided, or was passed over, and why. */
export interface TraceStep {
  readonly step:
    | "listener"
    | "virtual-host"
    | "route"
    | "fault"
    | "destination"
    | "cluster"
    | "endpoint"
    | "mtls"
    | "retry"
    | "mirror"
    | "authorization";
  /** Whether this is what decided, or something that was considered and passed over. */
  readonly taken: boolean;
  /** The object at work; undefined where a default of Istio decides. */
  readonly object: KubeObject | undefined;
  /** A field of the object, such as `spec.http[0].match[1]`. */
  readonly path: string | undefined;
  /** One clause in plain words. */
  readonly why: string;
}

/** Collects the steps of one decision. Left out where nobody asks why, because it costs. */
export type Trace = (step: TraceStep) => void;
