import { instant } from "@/lib/base/units";
import type { Clock } from "../ports";

/** A clock that nobody sets while something is measured with it. */
export interface SteadyClock extends Clock {
  /** Takes the time of day again. */
  set(): void;
}

/**
 * Time that goes on from the time of day by what really passes: a hold lasts as long as it should
 * on a machine whose clock is put forward or back.
 */
export function steadyClock(
  clock: Clock,
  monotonic: () => number = () => performance.now(),
): SteadyClock {
  let base = { day: clock.now(), at: monotonic() };
  return {
    now: () => instant(Math.round(base.day + monotonic() - base.at)),
    sleep: (length, signal) => clock.sleep(length, signal),
    set: () => {
      base = { day: clock.now(), at: monotonic() };
    },
  };
}
