import type { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import type { Logger } from "../log";
import type { Clock, Live, SourceState } from "../ports";

type Source = SourceState["source"];

/** How every source of data is doing, told to the pages when it changes. */
export interface Sources {
  current(): readonly SourceState[];
  /** A source answered just now. */
  answered(source: Source): void;
  /** A source did not answer; what was read from it before is stale. */
  failed(source: Source, error: AppError): void;
  /** Takes over a state as it is. */
  set(state: SourceState): void;
}

/** While pages look, they hear this often when each source last answered. */
const HEARTBEAT = seconds(5);

/** Keeps the states; `signal` ends the heartbeat. */
export function sourceStates(
  { clock, live, log }: { clock: Clock; live: Live; log: Logger },
  initial: readonly SourceState[],
  signal: AbortSignal,
): Sources {
  const states = new Map<Source, SourceState>(initial.map((state) => [state.source, state]));
  const current = () => [...states.values()];
  const publish = () => live.publish({ topic: "sources", sources: current() });

  function set(state: SourceState): void {
    const before = states.get(state.source);
    states.set(state.source, state);
    const changed = before?.state !== state.state || before.error?.message !== state.error?.message;
    // The first answer after a rest is news too: pages would show the old age until the next beat.
    const silence = (state.lastSeen ?? 0) - (before?.lastSeen ?? 0);
    if (changed || silence > 2 * HEARTBEAT) publish();
    if (before?.state === state.state) return;
    const { source, error } = state;
    if (error) log.warn({ source, state: state.state, error }, "a source of data changed");
    else log.info({ source, state: state.state }, "a source of data changed");
  }

  let beating = false;
  async function beat(): Promise<void> {
    if (beating) return;
    beating = true;
    try {
      for (;;) {
        await clock.sleep(HEARTBEAT, signal);
        if (live.listeners === 0) return;
        publish();
      }
    } finally {
      beating = false;
    }
  }
  live.onDemand((wanted) => {
    if (!wanted) return;
    beat().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  });

  return {
    current,
    set,
    answered: (source) => set({ source, state: "live", lastSeen: clock.now(), error: undefined }),
    failed(source, { code, message, hint }) {
      const before = states.get(source);
      const seen = before?.lastSeen;
      const state = code === "forbidden" ? "forbidden" : seen === undefined ? "down" : "stale";
      set({ source, state, lastSeen: seen, error: { message, hint } });
    },
  };
}
