import { runtime } from "../container";

/**
 * Closes the runtime of this process and forgets it: the test files of one worker share their
 * globals, and each makes a runtime from the environment that it sets.
 */
export function forgetRuntime(): void {
  runtime().close();
  delete (globalThis as Record<symbol, unknown>)[Symbol.for("quarterdeck.runtime")];
}
