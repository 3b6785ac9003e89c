import type { RolloutStatus } from "@/lib/rollout/status";

/**
 * Whether what was decided since `stored` may wait to be stored with what comes next: checks that
 * say what the one before said, or that the first check of a step passes. Nothing is lost with
 * them that another process could not see again: what it measures begins where the last stored
 * check ended.
 */
export function mayWait(stored: RolloutStatus, status: RolloutStatus): boolean {
  if (isPrepared(stored, status)) return true;
  const [before, now] = [stored.state, status.state];
  if (before.phase !== "Holding" || now.phase !== "Holding") return false;
  const isSameHold =
    before.step === now.step &&
    before.share === now.share &&
    before.verifiedAt === now.verifiedAt &&
    before.holdUntil === now.holdUntil;
  const isSameVerdict =
    now.lastVerdict === before.lastVerdict
      ? now.lastVerdict === "pass" || now.lastVerdict === "unknown"
      : before.lastVerdict === null && now.lastVerdict === "pass";
  return (
    isSameHold &&
    isSameVerdict &&
    stored.epoch === status.epoch &&
    stored.commandsSeen === status.commandsSeen &&
    stored.operations === status.operations &&
    stored.ready === status.ready &&
    stored.queryErrors === status.queryErrors &&
    stored.failures.total === status.failures.total &&
    stored.failures.consecutive === status.failures.consecutive &&
    stored.ledger.length === status.ledger.length &&
    stored.ledger.at(-1) === status.ledger.at(-1)
  );
}

/**
 * Whether `status` decides nothing but the write that `stored` has prepared: then its intent lies in
 * the cluster already, and may be sent as long as the record is still the newest (rollouts.md 6.3 R1).
 * What a person asked for is stored first: it must not be done twice.
 */
export function isPrepared(stored: RolloutStatus, status: RolloutStatus): boolean {
  const [before, now] = [stored.state, status.state];
  return (
    before.phase === "Holding" &&
    now.phase === "Applying" &&
    stored.prepared?.id === now.op.id &&
    now.op.writtenAt === undefined &&
    now.op.retryAt === undefined &&
    stored.epoch === status.epoch &&
    stored.commandsSeen === status.commandsSeen &&
    stored.operations === status.operations &&
    stored.failures.total === status.failures.total &&
    stored.reverts.length === status.reverts.length
  );
}
