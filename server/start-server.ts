import { runtime } from "./container";

/** Open streams end at once; requests that are under way get this long. */
const GRACE_MS = 1_000;

/**
 * Starts the runtime in the background, and stops the process on SIGINT and SIGTERM.
 *
 * Next's own handler waits for open streams, which never end by themselves; scripts/start.mjs
 * turns it off with NEXT_MANUAL_SIG_HANDLE.
 */
export function startServer(): void {
  const running = runtime();
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // A terminal signals the whole group, and scripts/start.mjs passes it on as well.
    if (stopping) return;
    stopping = true;
    running.log.info({ signal }, "stopping");
    running.close();
    setTimeout(() => process.exit(0), GRACE_MS);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}
