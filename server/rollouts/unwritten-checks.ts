import type { RolloutStatus } from "@/lib/rollout/status";

/**
 * Whether what was decided since `stored` may wait to be stored with what comes next: checks that
 * say what the one before said, or that the first check of a step passes. Nothing is lost with
 * them that another process could not see again: what it measures begins where the last stored
 * check ended.
 */
export function mayWait(stored: RolloutStatus, status: RolloutStatus): boolean {
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
