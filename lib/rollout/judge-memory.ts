import { z } from "zod";

const Counts = z.object({ requests: z.number(), failures: z.number() });
const StoredEvidence = z.object({
  worse: z.array(z.number()).readonly(),
  equal: z.number(),
  above: z.array(z.number()).readonly(),
  below: z.array(z.number().nullable()).readonly(),
  canary: Counts,
  stable: Counts,
});

/** What the sequential judge remembers of all windows of this version of the canary. */
export const JudgeMemory = z.object({
  failures: StoredEvidence,
  slow: StoredEvidence,
  /** Requests above this bound (ms) are slow; fixed by the first window that has bounds. */
  slowAbove: z.number().nullable(),
  /** The stable version's failures in the last windows. */
  baseline: z.array(Counts).readonly(),
  /** How much more than chance they varied, as seen after each of the last windows. */
  dispersions: z.array(z.number()).readonly().default([]),
  /** Requests by bucket since the step began; the last one lies beyond all bounds. */
  durations: z.object({
    bounds: z.array(z.number()).readonly(),
    canary: z.array(z.number()).readonly(),
    stable: z.array(z.number()).readonly(),
  }),
});
export type JudgeMemory = z.infer<typeof JudgeMemory>;
