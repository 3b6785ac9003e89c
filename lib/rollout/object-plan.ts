import type { KubeObject } from "@/lib/k8s/object";
import type { RolloutTarget } from "./targets";
import type { PatchOperation } from "./weight-operations";
import type { DestinationWeight } from "./weight-patch";

/** What is to be written of one object. */
export interface ObjectPlan {
  readonly target: RolloutTarget;
  /** What it is written for, which says when. */
  readonly role: "rule" | "traffic" | "copy" | "scale";
  readonly patch: readonly PatchOperation[];
  /** Empty for DestinationRules. */
  readonly before: readonly DestinationWeight[];
  readonly after: readonly DestinationWeight[];
  readonly notes: readonly string[];
  /** What is waited for once it is written. */
  readonly waits?: string | undefined;
}

/** The objects as they are, by `targetKey`; null for one that does not exist. */
export type TargetObjects = ReadonlyMap<string, KubeObject | null>;
