import { z } from "zod";
import { type Instant, instant } from "@/lib/base/units";

/** A moment as it is stored. */
export const At = z.number().transform((epochMs): Instant => instant(epochMs));

/** Why a rollout waits for a person. */
export const PauseReason = z.enum([
  "Manual",
  "Approval",
  "Frozen",
  "NoData",
  "Inconclusive",
  "MetricsUnavailable",
  "BaselineUnhealthy",
  "Contended",
  "Drifted",
  "TargetMissing",
  "WriteRefused",
  "NotConverged",
  "ControllerGap",
]);
export type PauseReason = z.infer<typeof PauseReason>;

/** Why traffic was taken away from the canary. */
export const RollbackReason = z.enum([
  "Manual",
  "MetricFailed",
  "HardTrip",
  "CanaryUnready",
  "Inconclusive",
  "Superseded",
  "Webhook",
  "Deleted",
  "Train",
  "ControllerGap",
]);
export type RollbackReason = z.infer<typeof RollbackReason>;

/** Why a rollback cannot go on for now. */
export const BlockedReason = z.enum(["StableUnready", ...PauseReason.options]);
export type BlockedReason = z.infer<typeof BlockedReason>;

/** Ends that change more than weights: routes, or Deployments. */
export const Finalise = z.enum(["prune", "scale-down", "copy-to-primary"]);
export type Finalise = z.infer<typeof Finalise>;

/**
 * A write that was decided: stored before it is sent, so that whoever comes next knows of it.
 * The share is absolute: sending it twice is sending it once.
 */
export const Operation = z.object({
  id: z.string(),
  step: z.int(),
  /** Percent for the canary. */
  share: z.number(),
  /** Percent that the canary had before; tells proxies that lag from a split that is off. */
  from: z.number(),
  /** Whether the routes that were added go. */
  tidy: z.boolean().optional(),
  /** Whether the stable subset is to select what the canary's does. */
  rotate: z.boolean().optional(),
  /** What is done at the end beside the weights. */
  finalise: Finalise.optional(),
  /** Set where a write could not be completed and what was written of it is taken back. */
  compensates: z.object({ reason: PauseReason, message: z.string(), share: z.number() }).optional(),
  /** How many kinds of objects were done with before those that were written last. */
  stage: z.int().optional(),
  /** When the API server confirmed the write. */
  writtenAt: At.optional(),
  /** Versions of objects from before a write that is known to be done: to read one is to lag. */
  stale: z.record(z.string(), z.string()).optional(),
  /** Not to be tried again before. */
  retryAt: At.optional(),
  decidedAt: At,
});
export type Operation = z.infer<typeof Operation>;
