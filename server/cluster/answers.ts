import { z } from "zod";

/** A list of any kind, as far as its frame goes. */
export const ListAnswer = z.object({
  metadata: z.object({
    resourceVersion: z.string().optional(),
    continue: z.string().optional(),
  }),
  items: z.array(z.record(z.string(), z.unknown())).nullish(),
});

/** The verdict of a SelfSubjectAccessReview. */
export const ReviewAnswer = z.object({ status: z.object({ allowed: z.boolean() }) });
