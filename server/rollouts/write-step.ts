import { AppError } from "@/lib/base/errors";
import type { CanaryRollout } from "@/lib/rollout/plan";
import { isRefusal } from "@/lib/rollout/route-target";
import { type DestinationWeight, planWeights } from "@/lib/rollout/weight-patch";
import type { RolloutActs } from "./start-rollout";
import { FIELD_MANAGER } from "./write-weights";

/**
 * Writes one share of the canary by hand: for where no rollout can be kept, so that nothing goes on
 * by itself. The same patch as a rollout's, dry run first.
 * @throws AppError `forbidden` in read-only mode, `invalid` where the route cannot take it, `conflict`
 */
export async function writeStep(
  { cluster, log, readOnly, requestId }: RolloutActs,
  { metadata, spec }: CanaryRollout,
  share: number,
): Promise<readonly DestinationWeight[]> {
  if (readOnly) {
    throw new AppError("forbidden", "Quarterdeck runs read-only, so nothing is written.", {
      hint: "Start Quarterdeck without --read-only to change traffic.",
    });
  }
  const { virtualService } = spec.target;
  if (!virtualService) {
    throw new AppError("unsupported", "Only a VirtualService can be written by hand", {
      hint: "Let Quarterdeck keep rollouts, then start one.",
    });
  }
  const ref = {
    kind: "VirtualService" as const,
    namespace: metadata.namespace,
    name: virtualService,
  };
  const plan = planWeights(await cluster.get(ref), spec, { percent: share });
  if (isRefusal(plan)) {
    throw new AppError("invalid", plan.message, {
      causes: [{ field: plan.field, message: plan.message }],
      hint: "Nothing was written. Correct the plan or the route.",
    });
  }
  if (plan.patch.length === 0) return plan.after;
  const patch = { type: "json" as const, body: plan.patch, fieldManager: FIELD_MANAGER };
  await cluster.patch(ref, patch, { dryRun: true });
  await cluster.patch(ref, patch);
  const { user, server } = cluster.identity;
  log.info(
    { audit: true, action: "patch", ...ref, share, by: "hand", user, server, requestId },
    "write",
  );
  return plan.after;
}
