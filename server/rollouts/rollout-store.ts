import type { CanaryRollout } from "@/lib/rollout/plan";
import type { Command, RolloutStatus } from "@/lib/rollout/status";

/** One rollout, named. */
export interface RolloutRef {
  readonly namespace: string;
  readonly name: string;
}

/** `namespace/name`: unique among rollouts. */
export const keyOf = ({ namespace, name }: RolloutRef): string => `${namespace}/${name}`;

/** What can hold a rollout, the best first (rollouts.md 6.4, 6.5). */
export const STORE_TYPES = ["customResource", "configMap", "annotation"] as const;
export type StoreType = (typeof STORE_TYPES)[number];

/** A plan as people wrote it, and may have edited it since it was started. */
export interface AskedText {
  /** The same text has the same version. */
  readonly version: string;
  readonly document: unknown;
}

/** A rollout as it is stored, at one version. */
export interface RolloutRecord {
  readonly ref: RolloutRef;
  /** What holds it. */
  readonly store: StoreType;
  readonly rollout: CanaryRollout;
  readonly status: RolloutStatus;
  /** Append-only. */
  readonly commands: readonly Command[];
  readonly resourceVersion: string;
  /** Whether `spec.suspend` is set now. */
  readonly suspended: boolean;
  /** The plan as its object says it now, where that may differ from the one that was started. */
  readonly asked?: AskedText | undefined;
  /** Whether it was deleted, and only waits for its traffic to be taken back. */
  readonly deleted: boolean;
}

/** A stored rollout that cannot be read; it is shown, and never driven. */
export interface UnreadableRollout {
  readonly ref: RolloutRef;
  readonly problem: string;
}

/** A rollout that somebody applied, and that no driver has taken up yet. */
export interface WaitingRollout {
  readonly ref: RolloutRef;
  readonly rollout: CanaryRollout;
  /** Who applied it, as far as the object says. */
  readonly by: string;
  readonly resourceVersion: string;
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
  /** Lets a deleted rollout go, which waited for its end. */
  release(record: RolloutRecord): Promise<void>;
  /** Forgets a rollout that has ended. */
  remove(record: RolloutRecord): Promise<void>;
}

/** What one object says of a rollout. */
export interface Entry {
  readonly ref: RolloutRef;
  readonly store: StoreType;
  /** Of the object that holds it. */
  readonly uid: string;
  readonly resourceVersion: string;
  /** The uid of the object that this one is a copy of, while the move is under way. */
  readonly movedFrom: string | undefined;
  readonly content: RolloutRecord | UnreadableRollout | WaitingRollout;
}

/** One of the places that rollouts can be kept in. */
export interface SingleStore {
  readonly type: StoreType;
  /** As the mirror knows them, by namespace and name. */
  entries(): readonly Entry[];
  /** Read from the API server; undefined where there is none, or the cluster cannot hold any. */
  fetch(ref: RolloutRef, signal?: AbortSignal): Promise<Entry | undefined>;
  /** `movedFrom`: the uid of the object that it is copied from. */
  create(
    rollout: CanaryRollout,
    status: RolloutStatus,
    more?: { readonly commands?: readonly Command[]; readonly movedFrom?: string },
  ): Promise<RolloutRecord>;
  commit(
    record: RolloutRecord,
    status: RolloutStatus,
    signal?: AbortSignal,
  ): Promise<RolloutRecord>;
  /** Stores a list that has grown if the record is still the newest. */
  replaceCommands(record: RolloutRecord, commands: readonly Command[]): Promise<RolloutRecord>;
  release(record: RolloutRecord): Promise<void>;
  /** Deletes this version; `conflict` where it is not the newest any more. */
  remove(record: RolloutRecord): Promise<void>;
}
