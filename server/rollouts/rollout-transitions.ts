import { phaseOf, type PublicPhase } from "@/lib/rollout/public-phase";
import type { CheckEntry, LedgerEntry, RolloutStatus } from "@/lib/rollout/status";
import { currentShare } from "@/lib/rollout/transition";
import type { RolloutRecord } from "./rollout-store";

/** What was stored of a rollout, beside what was stored before. */
export interface Committed {
  readonly record: RolloutRecord;
  readonly before: RolloutStatus | undefined;
}

/** One thing that became of a rollout, for people and machines outside. */
export interface RolloutNews {
  /** The same news has the same id, whoever tells it. */
  readonly id: string;
  /** `StepPassed`, `RolledBack`: in the manner of Kubernetes' reasons. */
  readonly reason: string;
  readonly level: "Normal" | "Warning";
  readonly message: string;
  readonly at: number;
  readonly who: string;
}

/** What a commit brought, in the order of time. */
export interface Changes {
  /** The phase where it changed, by its name outside. */
  readonly phase: PublicPhase | undefined;
  readonly decisions: readonly LedgerEntry[];
  readonly checks: readonly CheckEntry[];
}

/** Compares two statuses of a rollout. */
export function changesOf({ record: { status }, before }: Committed): Changes {
  const phase = phaseOf(status);
  const old = before && phaseOf(before);
  const isSame = old?.phase === phase.phase && old.reason === phase.reason;
  return {
    phase: isSame ? undefined : phase,
    decisions: added(before?.ledger, status.ledger),
    checks: added(before?.checks, status.checks),
  };
}

/** The entries of a list that only grows at its end, and may lose its oldest, that are new. */
function added<T extends { readonly at: number }>(
  before: readonly T[] | undefined,
  after: readonly T[],
): readonly T[] {
  const last = before?.at(-1);
  if (!last) return after;
  const text = JSON.stringify(last);
  const known = after.findLastIndex((entry) => JSON.stringify(entry) === text);
  return after.slice(known + 1);
}

/**
 * What is told of a commit: each decision, and each change of phase that no decision tells of. One
 * news a transition, with an id that is the same whoever tells it.
 */
export function newsOf(committed: Committed): readonly RolloutNews[] {
  const { record } = committed;
  const { phase, decisions } = changesOf(committed);
  const { status } = record;
  const run = `${status.startedAt}-${status.operations}`;
  const said = decisions.map((entry, index): RolloutNews => {
    const { title, note, who, at, level } = entry;
    const isLast = index === decisions.length - 1;
    return {
      id: `${run}-${at}-${slug(title)}`,
      reason: isLast && phase ? reasonOf(phase) : "RolloutDecision",
      level: level === "fail" || level === "warn" ? "Warning" : "Normal",
      message: note ? `${title}: ${note}` : title,
      at,
      who,
    };
  });
  if (!phase || said.length > 0) return said;
  const { message = `${currentShare(status)} % to the canary` } = phase;
  const level = LOUD.has(phase.phase) ? "Warning" : "Normal";
  const at = timeOf(status);
  const id = `${run}-p${phase.phase}${phase.reason}-${phase.step}`;
  return [{ id, reason: reasonOf(phase), level, message, at, who: "engine" }];
}

/** Two decisions of one moment differ by what they say. */
const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

const LOUD: ReadonlySet<string> = new Set(["Paused", "RollingBack", "Degraded", "RolledBack"]);

/** `RolloutPaused`; of a rollout that waits, for what: `RolloutPausedNoData`. */
const reasonOf = ({ phase, reason }: PublicPhase): string =>
  `Rollout${phase}${phase === "Paused" ? reason : ""}`;

function timeOf({ state, startedAt }: RolloutStatus): number {
  if ("op" in state) return state.op.writtenAt ?? state.op.decidedAt;
  if ("verifiedAt" in state) return state.verifiedAt;
  if ("since" in state) return state.since;
  return "at" in state ? state.at : startedAt;
}
