import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { Label } from "@/lib/k8s/names";
import { listFindings } from "../../config/finding-list";
import { listRules, rulePage } from "../../config/rule-pages";
import { procedure, router } from "../init";

export const findingsRouter = router({
  /** What is wrong in the mesh as it is stored, worst first. */
  list: procedure
    .input(z.object({ namespaces: z.array(Label).max(1000) }))
    .query(({ ctx, input }) =>
      listFindings(ctx, {
        now: ctx.clock.now(),
        namespaces: input.namespaces,
      }),
    ),

  /** Every rule that is checked. */
  rules: procedure.query(() => listRules()),

  /** What one rule checks, why, and what to do; by its id or one of its codes. */
  rule: procedure.input(z.object({ name: z.string().min(1).max(100) })).query(({ input }) => {
    const page = rulePage(input.name);
    if (page) return page;
    throw new AppError("not-found", `No rule is called ${input.name}`, {
      hint: "The list of rules names them all.",
    });
  }),
});
