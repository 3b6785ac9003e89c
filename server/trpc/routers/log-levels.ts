import { z } from "zod";
import { millis } from "@/lib/base/units";
import { Label, Subdomain } from "@/lib/k8s/names";
import { procedure, router } from "../init";

const Target = z.strictObject({
  program: z.enum(["envoy", "istiod"]),
  namespace: Label,
  name: Subdomain,
});

const MAX_LOGGERS = 500;
const MAX_NAME = 200;
const SECOND_MS = 1000;
const DAY_SECONDS = 86_400;

export const logLevelsRouter = router({
  /** The loggers of a proxy or the scopes of an istiod; live topic "mesh:ConfigMap". */
  read: procedure.input(Target).query(({ ctx, input }) => ctx.logLevels.read(input)),

  /** Sets levels; they go back by themselves after `seconds`. */
  set: procedure
    .input(
      Target.extend({
        levels: z
          .record(z.string().min(1).max(MAX_NAME), z.string().max(MAX_NAME))
          .refine((levels) => Object.keys(levels).length <= MAX_LOGGERS, "too many loggers"),
        seconds: z.int().min(5).max(DAY_SECONDS),
      }),
    )
    .mutation(({ ctx, input: { levels, seconds, ...target } }) =>
      ctx.logLevels.set(target, levels, millis(seconds * SECOND_MS), ctx.requestId),
    ),

  /** Puts back at once what was changed. */
  putBack: procedure
    .input(Target)
    .mutation(({ ctx, input }) => ctx.logLevels.putBack(input, ctx.requestId)),
});
