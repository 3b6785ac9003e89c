import { AppError } from "@/lib/base/errors";
import { millis } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import type { Operation } from "@/lib/rollout/status";
import { isRefusal } from "@/lib/rollout/route-target";
import type { WriteReport } from "@/lib/rollout/transition";
import { planWeights, type WeightPlan } from "@/lib/rollout/weight-patch";
import type { Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster } from "../ports";
import type { Leadership } from "./lease";
import type { RolloutRecord } from "./rollout-store";

const TRIES = 5;
const MIN_PAUSE_MS = 50;
const MAX_PAUSE_MS = 800;
/** Under which name weights appear in managedFields. */
export const FIELD_MANAGER = "quarterdeck-rollouts";

/** What a write of weights needs. */
export interface WeightWriter {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly leadership: Leadership;
}

/**
 * Sends the weights of a decided write: dry run first, then the same patch for good.
 *
 * When the server refuses because somebody changed what the patch rests on, the object is read and
 * the patch planned again, up to five times. A patch that stays the same and is refused again is
 * not contended but unacceptable. Nothing is thrown but bugs and the end of leadership.
 */
export async function writeWeights(
  writer: WeightWriter,
  record: RolloutRecord,
  action: { readonly op: Operation; readonly restore: boolean },
): Promise<WriteReport> {
  const { op } = action;
  const { signal } = writer.leadership;
  let refused: { readonly patch: string; readonly message: string } | undefined;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      const object = await writer.cluster.get(targetOf(record), signal);
      const plan = plannedFor(object, record, action);
      if (isRefusal(plan)) return { opId: op.id, outcome: "failed", message: plan.message };
      const patch = JSON.stringify(plan.patch);
      if (refused?.patch === patch) {
        audit(writer, record, { op, result: "refused", error: refused.message });
        return { opId: op.id, outcome: "refused", message: refused.message };
      }
      const outcome = await send(writer, record, { plan, object });
      if (typeof outcome !== "string") {
        audit(writer, record, { op, result: "written", after: plan.after });
        const { before, after } = plan;
        return { opId: op.id, outcome: "written", resourceVersion: outcome.version, before, after };
      }
      refused = { patch, message: outcome };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const outcome = error.code === "forbidden" ? "refused" : "failed";
      audit(writer, record, { op, result: outcome, error: error.message });
      return { opId: op.id, outcome, message: error.message };
    }
    const pause = MIN_PAUSE_MS + writer.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS);
    await writer.clock.sleep(millis(Math.round(pause)), signal);
  }
  const message = `the weights were changed by others during each of ${TRIES} tries`;
  audit(writer, record, { op, result: "contended", error: refused?.message });
  return { opId: op.id, outcome: "contended", message };
}

/** The VirtualService that a rollout writes. */
export const targetOf = ({ rollout, ref }: Pick<RolloutRecord, "rollout" | "ref">) => ({
  kind: "VirtualService" as const,
  namespace: ref.namespace,
  name: rollout.spec.target.virtualService,
});

const plannedFor = (
  object: KubeObject,
  { rollout, status }: RolloutRecord,
  { op, restore }: { readonly op: Operation; readonly restore: boolean },
) =>
  planWeights(object, rollout.spec, {
    percent: op.share,
    restore,
    tidy: op.tidy,
    snapshot: status.snapshot ?? undefined,
  });

/** The version that was stored, or the server's refusal in its words. */
async function send(
  { cluster, leadership }: WeightWriter,
  record: RolloutRecord,
  { plan, object }: { readonly plan: WeightPlan; readonly object: KubeObject },
): Promise<{ readonly version: string } | string> {
  if (plan.patch.length === 0) return { version: object.metadata.resourceVersion ?? "" };
  const patch = { type: "json" as const, body: plan.patch, fieldManager: FIELD_MANAGER };
  const { signal } = leadership;
  try {
    await cluster.patch(targetOf(record), patch, { dryRun: true, signal });
    if (!leadership.mayWrite()) {
      throw new AppError("unavailable", "the Lease was not renewed in time, so nothing is written");
    }
    const { object: stored } = await cluster.patch(targetOf(record), patch, { signal });
    return { version: stored.metadata.resourceVersion ?? "" };
  } catch (error) {
    if (error instanceof AppError && (error.code === "invalid" || error.code === "conflict")) {
      return error.message;
    }
    throw error;
  }
}

function audit(
  { log, cluster, leadership }: WeightWriter,
  record: RolloutRecord,
  { op, ...fields }: { readonly op: Operation } & Readonly<Record<string, unknown>>,
): void {
  log.info(
    {
      audit: true,
      action: "patch",
      ...targetOf(record),
      rollout: record.ref.name,
      operation: op.id,
      share: op.share,
      epoch: leadership.epoch,
      user: cluster.identity.user,
      server: cluster.identity.server,
      ...fields,
    },
    "write",
  );
}
