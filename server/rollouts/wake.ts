import { between, type Instant, millis } from "@/lib/base/units";
import type { Clock } from "../ports";

/** Sleeps until a time or until somebody calls, whichever comes first. */
export interface Wake {
  /** A call while nobody sleeps is kept for the next sleep. */
  call(): void;
  /** @throws the signal's reason when it aborts */
  until(at: Instant, signal: AbortSignal): Promise<void>;
}

/** A wake-up on the given clock. */
export function wakeUp(clock: Clock): Wake {
  let called = false;
  let sleeper: AbortController | undefined;
  return {
    call() {
      called = true;
      sleeper?.abort();
    },
    async until(at, signal) {
      const length = millis(Math.max(0, between(clock.now(), at)));
      if (!called && length > 0) {
        const own = new AbortController();
        sleeper = own;
        try {
          await clock.sleep(length, AbortSignal.any([own.signal, signal]));
        } catch (error) {
          if (!own.signal.aborted || signal.aborted) throw error;
        } finally {
          sleeper = undefined;
        }
      }
      called = false;
      signal.throwIfAborted();
    },
  };
}
