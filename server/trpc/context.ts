import type { Runtime } from "../container";
import { randomId } from "../clock";

/** What every procedure gets: the runtime of this process, and the request it serves. */
export interface Context extends Runtime {
  readonly requestId: string;
}

/** The context of one request. */
export const createContext = (runtime: Runtime): Context => ({
  ...runtime,
  requestId: randomId(),
});
