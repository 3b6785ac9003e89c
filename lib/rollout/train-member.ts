import type { Instant } from "@/lib/base/units";
import type { Phase } from "./status";

/** Another rollout of the same train. */
export interface TrainMember {
  readonly name: string;
  readonly phase: Phase;
  /** Since when its traffic is taken back; undefined where it is not. */
  readonly rolledBackAt: Instant | undefined;
  /** The last step that it is done with; -1 before the first. */
  readonly passed: number;
}
