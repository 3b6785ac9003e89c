import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "./environment";
import { LabError } from "./lab-error";

/** Where the lab keeps what it built and what runs: outside the repository. */
export interface Folders {
  /** Programs and the Python environment with Envoy. */
  readonly bin: string;
  readonly venv: string;
  /** What a running lab writes: data of etcd, certificates, logs, process ids. */
  readonly run: string;
  readonly logs: string;
  readonly root: string;
}

/**
 * `QUARTERDECK_LAB`, or for root `/var/cache/quarterdeck-lab`: proxies and applications run as
 * other users, who may not enter root's home.
 */
export function labFolders(environment: Environment): Folders {
  const cache = process.getuid?.() === 0 ? "/var/cache" : join(homedir(), ".cache");
  const root = environment.QUARTERDECK_LAB ?? join(cache, "quarterdeck-lab");
  return {
    root,
    bin: join(root, "bin"),
    venv: join(root, "venv"),
    run: join(root, "run"),
    logs: join(root, "run", "logs"),
  };
}

/** The kubeconfig of the lab while it runs. */
export const kubeconfigPath = (folders: Folders): string => join(folders.run, "kubeconfig");

/** Makes the folders that are not there. @throws LabError where this user may not */
export function makeFolders({ bin, run, logs }: Folders): void {
  try {
    for (const folder of [bin, run, logs]) mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError(`${reason}: name another folder in QUARTERDECK_LAB`);
  }
}
