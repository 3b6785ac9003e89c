import { AppError } from "@/lib/base/errors";
import type { RolloutStore } from "./rollout-store";
import type { Committed } from "./rollout-transitions";

/** A store that tells of each status which was stored through it, and of each that lost. */
export const watchedStore = (
  store: RolloutStore,
  watcher: {
    readonly announce: (committed: Committed) => void;
    readonly conflict: () => void;
  },
): RolloutStore => ({
  ...store,
  async commit(record, status, signal) {
    try {
      const stored = await store.commit(record, status, signal);
      watcher.announce({ record: stored, before: record.status });
      return stored;
    } catch (error) {
      if (error instanceof AppError && error.code === "conflict") watcher.conflict();
      throw error;
    }
  },
});
