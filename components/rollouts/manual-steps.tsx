"use client";

import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Panel } from "@/components/ui/panel";
import { toast } from "@/components/ui/toast";
import { valueAt } from "@/lib/yaml/field-value";
import type { DraftRollout } from "./rollout-draft";
import { percent } from "./state-words";
import type { RolloutPreview } from "./use-rollouts";

/** Writes one step at a time: for where no rollout can be kept. */
export function ManualSteps({
  document,
  preview,
  canary,
  disabledReason,
}: {
  document: DraftRollout;
  preview: RolloutPreview;
  canary: string;
  disabledReason: string | undefined;
}) {
  const trpc = useTRPC();
  const write = useMutation(
    trpc.rollouts.writeStep.mutationOptions({
      onSuccess: (weights) =>
        toast(
          "ok",
          `Written: ${weights.map(({ label, weight }) => `${label} ${weight} %`).join(", ")}`,
        ),
    }),
  );
  const isOne = valueAt(document.spec, ["target", "virtualService"]) !== undefined;
  const reason = isOne ? disabledReason : "By hand only one VirtualService can be written";
  const shares = [0, ...new Set((preview.plan?.steps ?? []).map(({ share }) => share))];
  return (
    <Panel title="By hand" note="nothing advances or rolls back by itself">
      {write.error ? <ErrorState error={write.error} title="Nothing was written" /> : null}
      <p>Each button writes one share. The figures beside it are advice; the decision is yours.</p>
      <div className="mt-3 flex flex-wrap gap-2">
        {shares.map((share) => (
          <Button
            key={share}
            pending={write.isPending && write.variables.share === share}
            disabledReason={reason}
            onClick={() => write.mutate({ rollout: { ...document }, share })}
          >
            {share === 0 ? `Take everything from ${canary}` : `Send ${percent(share)} to ${canary}`}
          </Button>
        ))}
      </div>
    </Panel>
  );
}
