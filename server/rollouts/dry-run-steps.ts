import { AppError } from "@/lib/base/errors";
import type { Preview } from "@/lib/rollout/preview";
import { type RolloutTarget, targetKey } from "@/lib/rollout/targets";
import type { PatchOperation } from "@/lib/rollout/weight-operations";
import type { Cluster } from "../ports";
import { FIELD_MANAGER } from "./write-weights";

/** What the API server says of one step's write of one object. */
export interface ObjectVerdict {
  /** `VirtualService shop/reviews`. */
  readonly object: string;
  readonly verdict: "accepted" | "refused" | "unchanged";
  readonly message: string | undefined;
  readonly warnings: readonly string[];
}

/** What it says of one step: of each object that any step writes. */
export interface StepVerdict {
  readonly objects: readonly ObjectVerdict[];
}

/**
 * Asks the API server about every write of every object: of each step, then of the one that takes
 * all back. Each is sent with those of the steps before it in one dry run, so that the server
 * judges the object as it will be. Stores nothing.
 */
export async function dryRunSteps(
  cluster: Cluster,
  { steps, undo }: Preview,
  signal?: AbortSignal,
): Promise<readonly StepVerdict[]> {
  const written = [...steps.flatMap(({ patches }) => patches), ...undo];
  const targets = new Map(written.map(({ target }) => [targetKey(target), target]));
  const [first] = steps;
  const sequences = [
    ...steps.map((_, index) => steps.slice(0, index + 1)),
    [...(first ? [first] : []), { patches: undo }],
  ];
  const verdicts: StepVerdict[] = [];
  for (const sequence of sequences) {
    const now = sequence.at(-1)?.patches ?? [];
    const objects: ObjectVerdict[] = [];
    for (const [key, target] of targets) {
      const isOf = (each: { readonly target: RolloutTarget }) => targetKey(each.target) === key;
      const isWritten = now.some((each) => isOf(each) && each.patch.length > 0);
      const body = sequence.flatMap(({ patches }) =>
        patches.filter(isOf).flatMap(({ patch }) => patch),
      );
      objects.push(
        isWritten
          ? { object: key, ...(await dryRun(cluster, target, body, signal)) }
          : { object: key, verdict: "unchanged", message: undefined, warnings: [] },
      );
    }
    verdicts.push({ objects });
  }
  return verdicts;
}

/** Sends patches of one object as a dry run. @throws AppError where the server cannot be asked */
async function dryRun(
  cluster: Cluster,
  { kind, namespace, name }: RolloutTarget,
  body: readonly PatchOperation[],
  signal: AbortSignal | undefined,
): Promise<Omit<ObjectVerdict, "object">> {
  try {
    const { warnings } = await cluster.patch(
      { kind, namespace, name },
      { type: "json", body, fieldManager: FIELD_MANAGER },
      { dryRun: true, ...(signal ? { signal } : {}) },
    );
    return { verdict: "accepted", message: undefined, warnings };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!["invalid", "forbidden", "conflict"].includes(error.code)) throw error;
    return { verdict: "refused", message: error.message, warnings: [] };
  }
}
