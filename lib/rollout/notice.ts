import { z } from "zod";

/** News of a rollout for people's own systems, kept until it is delivered. */
export const Notice = z.object({
  /** The same news has the same id, whoever tells it, and however often. */
  id: z.string(),
  /** `RolloutRolledBack`: in the manner of Kubernetes' reasons. */
  event: z.string(),
  severity: z.enum(["info", "warning"]),
  message: z.string(),
  by: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  phase: z.string(),
  reason: z.string(),
  /** From 1. */
  step: z.int(),
  steps: z.int(),
  /** Percent of the canary. */
  share: z.number(),
});
export type Notice = z.infer<typeof Notice>;
