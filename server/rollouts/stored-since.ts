import { AppError } from "@/lib/base/errors";
import { type Millis, millis } from "@/lib/base/units";
import { lastStamp } from "@/lib/k8s/last-stamp";
import type { KubeObject } from "@/lib/k8s/object";
import type { Cluster } from "../ports";

/** Times in managedFields are whole seconds. */
const GRAIN = 1000;

/** Somebody has written since; we may not ask; the server knows no dry run. */
const UNTOLD: ReadonlySet<string> = new Set(["conflict", "forbidden", "unsupported", "invalid"]);

/**
 * For how long an object has been as it is, by the API server's clock alone: a dry run of `changed`,
 * which is the object with something else in it, is stamped with the time that it is there. Never
 * more than what has really passed; 0 where the server stamps nothing or does not tell.
 *
 * No clock of a replica comes into it, so it holds however far two of them are apart.
 * @throws AppError where the server cannot be asked
 */
export async function storedSince(
  cluster: Cluster,
  { object, changed }: { readonly object: KubeObject; readonly changed: KubeObject },
  signal: AbortSignal,
): Promise<Millis> {
  const then = lastStamp(object);
  if (then === undefined) return millis(0);
  try {
    const { object: tried } = await cluster.replace(changed, { dryRun: true, signal });
    const now = lastStamp(tried) ?? then;
    return millis(Math.max(0, now - then - GRAIN));
  } catch (error) {
    if (error instanceof AppError && UNTOLD.has(error.code)) return millis(0);
    throw error;
  }
}
