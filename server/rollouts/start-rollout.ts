import { AppError } from "@/lib/base/errors";
import type { CanaryRollout } from "@/lib/rollout/plan";
import { type CommandType, initialStatus, isTerminal } from "@/lib/rollout/status";
import type { Logger } from "../log";
import type { Clock, Cluster, MeshStore, Metrics } from "../ports";
import { previewOf } from "./preview-rollout";
import type { RolloutRef, RolloutStore } from "./rollout-store";

/** What a person's act on rollouts needs. */
export interface RolloutActs {
  readonly cluster: Cluster;
  readonly mesh: MeshStore;
  readonly store: RolloutStore;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  readonly readOnly: boolean;
  readonly requestId: string;
}

/** What a person asks for. The same id again is the same act. */
export interface AskedCommand {
  readonly id: string;
  readonly type: CommandType;
  readonly reason?: string | undefined;
  readonly force?: boolean | undefined;
}

/**
 * Stores a new rollout; the driver takes it from there. What the preflight or the server refuses
 * is refused here again, because the cluster may have changed since the preview.
 * @throws AppError `forbidden` in read-only mode and for who may not write it, `invalid` with the
 * findings as causes
 */
export async function startRollout(acts: RolloutActs, rollout: CanaryRollout): Promise<RolloutRef> {
  refuseReadOnly(acts);
  const { findings, startable, verdict } = await previewOf(acts, rollout);
  if (!startable) {
    const errors = findings.filter(({ level }) => level === "error");
    const refused = verdict.type === "refused" ? verdict : undefined;
    // A plan without a fault, which somebody else may start.
    if (errors.length === 0 && refused?.code === "forbidden") {
      throw new AppError("forbidden", refused.message, { hint: refused.hint });
    }
    const why = errors[0]?.message ?? refused?.message ?? "the rollout cannot start";
    throw new AppError("invalid", why, {
      causes: errors.map(({ field, message }) => ({ field, message })),
      hint: "Nothing was written. Correct the plan, then start it again.",
    });
  }
  const { name, namespace } = rollout.metadata;
  const ref = { namespace, name };
  const old = await acts.store.read(ref);
  // Preflight let it pass, so the one of that name has ended.
  if (old && isTerminal(old.status)) await acts.store.remove(old);
  const { user } = acts.cluster.identity;
  const record = await acts.store.create(rollout, initialStatus(user, acts.clock.now()));
  audit(acts, ref, { action: "start-rollout", resourceVersion: record.resourceVersion });
  return ref;
}

/** Adds a command to a rollout. @throws AppError `forbidden` in read-only mode, `not-found` */
export async function commandRollout(
  acts: RolloutActs,
  ref: RolloutRef,
  asked: AskedCommand,
): Promise<void> {
  refuseReadOnly(acts);
  const { id, type, reason, force } = asked;
  await acts.store.append(ref, {
    id,
    type,
    by: acts.cluster.identity.user,
    at: acts.clock.now(),
    ...(reason ? { reason } : {}),
    ...(force ? { force } : {}),
  });
  audit(acts, ref, { action: `rollout-${type}`, command: id, ...(reason && { reason }) });
}

function refuseReadOnly({ readOnly }: RolloutActs): void {
  if (!readOnly) return;
  throw new AppError("forbidden", "Quarterdeck runs read-only, so nothing is written.", {
    hint: "Start Quarterdeck without --read-only to change traffic.",
  });
}

const audit = (
  { log, cluster, requestId }: RolloutActs,
  ref: RolloutRef,
  fields: Readonly<Record<string, unknown>>,
): void =>
  log.info(
    {
      audit: true,
      rollout: ref.name,
      namespace: ref.namespace,
      user: cluster.identity.user,
      server: cluster.identity.server,
      requestId,
      ...fields,
    },
    "write",
  );
