import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Folders } from "./folders";
import { LabError } from "./lab-error";

/** What an application of the lab is told: to fail for a share of its requests, or to be slow. */
export const Behaviour = z.strictObject({
  errorRate: z.number().min(0).max(1).optional(),
  /** HTTP status of the failures; default 500. */
  status: z.int().min(200).max(599).optional(),
  latencyMs: z.number().min(0).max(60_000).optional(),
});
export type Behaviour = z.infer<typeof Behaviour>;

/** Where an application reads how to behave, twice a second. */
export const behaviourFile = (folders: Folders, pod: string): string =>
  join(folders.run, "behaviour", `${pod}.json`);

/** Tells the application of a workload how to behave from now on. @throws LabError when none has this name */
export function setBehaviour(folders: Folders, workload: string, behaviour: Behaviour): void {
  const file = behaviourFile(folders, workload.endsWith("-lab") ? workload : `${workload}-lab`);
  if (!/^[a-z0-9-]+$/.test(workload) || !existsSync(file))
    throw new LabError(`no application ${workload}; see npm run lab -- status`);
  writeFileSync(file, JSON.stringify(behaviour));
}
