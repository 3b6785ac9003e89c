let started: Worker | undefined;

/** The one worker of this tab that lays graphs out, started when it is first asked for. */
export function layoutWorker(): Worker {
  started ??= new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  return started;
}
