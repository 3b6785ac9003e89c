import { type Instant, instant } from "@/lib/base/units";
import { manualClock } from "@/sandbox/clock";
import type { SimulationClock } from "@/sandbox/contracts";
import type { Clock } from "@/server/ports";

/** Second 0 of every simulation; only differences matter. */
export const START = Date.UTC(2026, 0, 1);

const SECOND = 1000;
/** How long processes run before second 0, so that somebody leads by then. */
const WARM_UP_SECONDS = 10;
/**
 * A second begins this much (ms) before its time: what happens in it is heard of before what is due
 * then. Processes hear of it with the next batch of their mirror, 20 ms later.
 */
const EARLY = 30;
/** Turns of the event loop without anything new after which nothing more will come of itself. */
const QUIET_TURNS = 8;

/** Virtual time of a whole simulation. */
export interface VirtualTime {
  /** For the sandbox. */
  readonly simulation: SimulationClock;
  /** For one process of the product. */
  clock(): Clock;
  /** Whole seconds since the start. */
  readonly second: () => number;
  /** Something happened that may lead to more. */
  readonly stir: () => void;
  /** Resolves when all that was set off at this moment has come to rest. */
  settle(): Promise<void>;
  /** Lets everything run that is due before the given second, in its order. */
  runUntil(second: number): Promise<void>;
  /** Lets a part of a second pass, in ms. */
  runFor(ms: number): Promise<void>;
  /** Begins a second: nothing that is due at it has run yet. */
  begin(second: number): void;
}

/**
 * A clock that jumps from one thing that waits to the next. What the product sees of it are whole
 * seconds: what takes less than one takes no time, so that all deadlines meet exactly.
 */
export function virtualTime(): VirtualTime {
  const manual = manualClock(START - WARM_UP_SECONDS * SECOND);
  let stirred = 0;
  const whole = () => Math.floor((manual.now() + EARLY) / SECOND) * SECOND;

  async function settle(): Promise<void> {
    let seen = -1;
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      await new Promise(setImmediate);
      if (seen === stirred) continue;
      seen = stirred;
      quiet = -1;
    }
  }

  async function runTo(end: number): Promise<void> {
    for (;;) {
      await settle();
      const due = manual.nextDue();
      if (due === undefined || due > end) break;
      manual.advance(Math.max(0, due - manual.now()));
    }
    if (end > manual.now()) manual.advance(end - manual.now());
  }

  const now = (): Instant => instant(whole());
  return {
    simulation: manual,
    clock: () => ({
      now,
      sleep(length, signal) {
        stirred += 1;
        return new Promise<void>((resolve, reject) => {
          const stop = () => {
            cancel();
            reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
          };
          // Whole seconds are counted from a whole second: deadlines do not wander.
          const start = length >= SECOND ? whole() : manual.now();
          const cancel = manual.after(start + Math.max(0, length) - manual.now(), () => {
            signal?.removeEventListener("abort", stop);
            stirred += 1;
            resolve();
          });
          if (signal?.aborted) stop();
          else signal?.addEventListener("abort", stop, { once: true });
        });
      },
    }),
    second: () => (whole() - START) / SECOND,
    stir: () => {
      stirred += 1;
    },
    settle,
    runUntil: (second) => runTo(START + second * SECOND - EARLY - 1),
    runFor: (ms) => runTo(manual.now() + ms),
    begin: (second) => manual.advance(START + second * SECOND - EARLY - manual.now()),
  };
}
