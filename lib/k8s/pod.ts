import type { KubeObject } from "./object";
import { specOf, statusOf } from "./spec";

/** One port that a container says it listens on. */
interface ContainerPort {
  readonly name?: string;
  readonly containerPort?: number;
  readonly protocol?: string;
}

/** What we read of a container. */
interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly ports?: readonly ContainerPort[];
  readonly restartPolicy?: string;
}

/** What we read of a Pod's `spec`. */
export interface PodSpec {
  readonly nodeName?: string;
  readonly serviceAccountName?: string;
  readonly hostNetwork?: boolean;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

/** One condition of a status, such as `Ready` of a Pod. */
export interface Condition {
  readonly type?: string;
  /** `True`, `False` or `Unknown`. */
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** What we read of a Pod's `status`. */
export interface PodStatus {
  readonly phase?: string;
  readonly podIP?: string;
  readonly startTime?: string;
  readonly conditions?: readonly Condition[];
}

/** The `spec` of a Pod. */
export const podSpec = (pod: KubeObject): PodSpec => specOf<PodSpec>(pod);

/** The `status` of a Pod. */
export const podStatus = (pod: KubeObject): PodStatus => statusOf<PodStatus>(pod);

/** Whether the Pod's `Ready` condition holds and nobody has asked to delete it. */
export const isPodReady = (pod: KubeObject): boolean =>
  !pod.metadata.deletionTimestamp &&
  (podStatus(pod).conditions ?? []).some(
    (condition) => condition.type === "Ready" && condition.status === "True",
  );

/** The ServiceAccount that a Pod runs as; `default` where it names none. */
export const serviceAccountOf = (pod: KubeObject): string =>
  podSpec(pod).serviceAccountName ?? "default";
