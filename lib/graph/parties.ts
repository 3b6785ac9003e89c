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
}

/** A party that was called, and the name it was called by. */
export interface Callee extends Party {
  /** The host of the service, fully qualified; empty where unknown. */
  readonly host: string;
  readonly service: string;
  readonly serviceNamespace: string;
}

type Labels = LabelledValue["labels"];

const known = (value: string | undefined) =>
  value === undefined || value === "unknown" ? "" : value;

/** The client in the labels of a series. */
export function sourceOf(labels: Labels): Party {
  return {
    workload: known(labels.source_workload),
    namespace: known(labels.source_workload_namespace),
    app: known(labels.source_canonical_service),
    revision: known(labels.source_canonical_revision),
  };
}

/** The server in the labels of a series. */
export function targetOf(labels: Labels): Callee {
  return {
    workload: known(labels.destination_workload),
    namespace: known(labels.destination_workload_namespace),
    app: known(labels.destination_canonical_service),
    revision: known(labels.destination_canonical_revision),
    host: known(labels.destination_service),
    service: known(labels.destination_service_name),
    serviceNamespace: known(labels.destination_service_namespace),
  };
}

/** Who counted a series; `source` where it does not say. */
export const reporterOf = ({ reporter }: Labels): Reporter =>
  reporter === "destination" || reporter === "waypoint" ? reporter : "source";

/** `source` and `waypoint` stand where the client is; `destination` where the server is. */
export const isClientSide = (labels: Labels): boolean => reporterOf(labels) !== "destination";
