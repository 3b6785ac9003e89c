import type { Reporter } from "./mesh-graph";

/** One labelled number, as Prometheus answers; `null` is NaN: no data. */
export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

/** A workload as the labels of telemetry name it. Empty strings are what Istio calls `unknown`. */
export interface Party {
  readonly workload: string;
  readonly namespace: string;
  /** The canonical service. */
  readonly app: string;
  /** The canonical revision. */
  readonly revision: string;
  /** The id of the cluster that it runs in. */
  readonly cluster: string;
}

/** A party that was called, and the name it was called by. */
export interface Callee extends Party {
  /** The host of the service, fully qualified; empty where unknown. */
  readonly host: string;
  readonly service: string;
  readonly serviceNamespace: string;
}

type Labels = LabelledValue["labels"];

/** Who counted a series; `source` where it does not say. */
export const reporterOf = ({ reporter }: Labels): Reporter =>
  reporter === "destination" || reporter === "waypoint" ? reporter : "source";

/** `source` and `waypoint` stand where the client is; `destination` where the server is. */
export const isClientSide = (labels: Labels): boolean => reporterOf(labels) !== "destination";
