import type { KubeObject } from "./object";
import type { Condition, PodSpec } from "./pod";
import type { LabelSelector } from "./label-selector";
import { specOf, statusOf } from "./spec";

/** What a Pod is made from. */
export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: PodSpec;
}

/** What we read of the `spec` of a Deployment or a ReplicaSet. */
export interface DeploymentSpec {
  /** One where absent. */
  readonly replicas?: number;
  readonly selector?: LabelSelector;
  readonly template?: PodTemplate;
  readonly paused?: boolean;
}

/** What we read of the `status` of a Deployment or a ReplicaSet. */
export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly conditions?: readonly Condition[];
}

/** The `spec` of a Deployment or a ReplicaSet. */
export const deploymentSpec = (deployment: KubeObject): DeploymentSpec =>
  specOf<DeploymentSpec>(deployment);

/** The `status` of a Deployment or a ReplicaSet. */
export const deploymentStatus = (deployment: KubeObject): DeploymentStatus =>
  statusOf<DeploymentStatus>(deployment);
