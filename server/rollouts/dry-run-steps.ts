import { AppError } from "@/lib/base/errors";
import type { CanaryRollout } from "@/lib/rollout/plan";
import type { Preview } from "@/lib/rollout/preview";
import type { Cluster } from "../ports";
import { FIELD_MANAGER } from "./write-weights";

/** What the API server says of one step's write. */
export interface StepVerdict {
  readonly verdict: "accepted" | "refused" | "unchanged";
  readonly message: string | undefined;
}

/**
 * Asks the API server about the write of each step, and of the one that takes all back: each is
 * sent with those before it in one dry run, so that the server judges the object as it will be.
 * Stores nothing.
 */
export async function dryRunSteps(
  cluster: Cluster,
  { metadata, spec }: CanaryRollout,
  { steps, undo }: Preview,
  signal?: AbortSignal,
): Promise<readonly StepVerdict[]> {
  const { virtualService } = spec.target;
  if (!virtualService) return [];
  const { namespace } = metadata;
  const ref = { kind: "VirtualService" as const, namespace, name: virtualService };
  const [first] = steps;
  const sequences = [
    ...steps.map((_, index) => steps.slice(0, index + 1).flatMap(({ patch }) => patch)),
    [...(first?.patch ?? []), ...undo],
  ];
  const verdicts: StepVerdict[] = [];
  for (const body of sequences) {
    if (body.length === 0) {
      verdicts.push({ verdict: "unchanged", message: undefined });
      continue;
    }
    try {
      const patch = { type: "json" as const, body, fieldManager: FIELD_MANAGER };
      await cluster.patch(ref, patch, { dryRun: true, ...(signal ? { signal } : {}) });
      verdicts.push({ verdict: "accepted", message: undefined });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!["invalid", "forbidden", "conflict"].includes(error.code)) throw error;
      verdicts.push({ verdict: "refused", message: error.message });
    }
  }
  return verdicts;
}
