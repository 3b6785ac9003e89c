import type { Runtime } from "../container";

/** What every procedure gets: the runtime of this process, and the request it serves. */
export interface Context extends Runtime {
  readonly requestId: string;
}
