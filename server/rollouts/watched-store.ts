import { AppError } from "@/lib/base/errors";
import type { RolloutStatus } from "@/lib/rollout/status";
import type { RolloutStore } from "./rollout-store";
import type { Committed } from "./rollout-transitions";

/** What is told of what is stored. */
export interface StoreWatcher {
  /** The status as it is to be stored, with what is to be told of it. */
  readonly addressed: (committed: Committed) => RolloutStatus;
  readonly announce: (committed: Committed) => void;
  readonly conflict: () => void;
}

/** A store that tells of each status which was stored through it, and of each that lost. */
export const watchedStore = (store: RolloutStore, watcher: StoreWatcher): RolloutStore => ({
  ...store,
  async commit(record, status, signal) {
    try {
      const before = record.status;
      const addressed = watcher.addressed({ record: { ...record, status }, before });
      const stored = await store.commit(record, addressed, signal);
      watcher.announce({ record: stored, before });
      return stored;
    } catch (error) {
      if (error instanceof AppError && error.code === "conflict") watcher.conflict();
      throw error;
    }
  },
});
