import { setFlagsFromString } from "node:v8";

/** The last version that is known to have the flag. */
const KNOWN = 24;

/**
 * Tells V8 to optimise only what runs long: in a run of a second it would spend more on optimising
 * hundreds of rules than it saves.
 */
export function optimiseLess(): void {
  if (Number(process.versions.node.split(".")[0]) <= KNOWN) {
    setFlagsFromString("--interrupt-budget=400000");
  }
}
