import type { CanaryRollout } from "@/lib/rollout/plan";
import type { Command, RolloutStatus } from "@/lib/rollout/status";

/** One rollout, named. */
export interface RolloutRef {
  readonly namespace: string;
  readonly name: string;
}

/** A rollout as it is stored, at one version. */
export interface RolloutRecord {
  readonly ref: RolloutRef;
  readonly rollout: CanaryRollout;
  readonly status: RolloutStatus;
  /** Append-only. */
  readonly commands: readonly Command[];
  readonly resourceVersion: string;
}

/** A stored rollout that cannot be read; it is shown, and never driven. */
export interface UnreadableRollout {
  readonly ref: RolloutRef;
  readonly problem: string;
}

/**
 * Where rollouts are kept, in the cluster. Every write is compare-and-set on `resourceVersion`.
 * Errors are those of the Cluster port; a record that somebody else changed is `conflict`.
 */
export interface RolloutStore {
  /** All rollouts as the mirror knows them: perhaps a moment old. */
  list(): readonly (RolloutRecord | UnreadableRollout)[];
  /** The version that the mirror holds; undefined when it holds none. */
  versionSeen(ref: RolloutRef): string | undefined;
  /** The newest version; undefined when there is none. @throws AppError `invalid` when unreadable */
  read(ref: RolloutRef, signal?: AbortSignal): Promise<RolloutRecord | undefined>;
  create(rollout: CanaryRollout, status: RolloutStatus): Promise<RolloutRecord>;
  /** Stores a status if the record is still the newest. */
  commit(
    record: RolloutRecord,
    status: RolloutStatus,
    signal?: AbortSignal,
  ): Promise<RolloutRecord>;
  /** Adds a command; one whose id is there already is not added again. @throws AppError `not-found` */
  append(ref: RolloutRef, command: Command): Promise<RolloutRecord>;
  /** Forgets a rollout that has ended. */
  remove(record: RolloutRecord): Promise<void>;
}
