"use client";

import Link from "next/link";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { percent, rolloutHref, stateWords } from "./state-words";
import { useRollouts } from "./use-rollouts";

/** Says beside a service that a canary of it is under way, and how far; nothing where none is. */
export function RolloutProgress({
  namespace,
  services,
}: {
  namespace: string | undefined;
  services: readonly string[];
}) {
  const { data } = useRollouts();
  const scoped = useScopedHref();
  const running = data?.rollouts.filter(
    ({ ended, ref, service }) =>
      !ended && ref.namespace === namespace && services.includes(service),
  );
  return running?.map((rollout) => {
    const { ref, state, stable, canary, share, step, steps } = rollout;
    const { status, word } = stateWords(state);
    return (
      <VerdictBlock
        key={rolloutHref(ref)}
        status={status}
        title={`Canary in progress: ${percent(share)} to ${canary}`}
      >
        {word}, step {step + 1} of {steps.length} from {stable}.{" "}
        <Link href={scoped(rolloutHref(ref))}>Show rollout {ref.name}</Link>
      </VerdictBlock>
    );
  });
}
