"use client";

import { CodeBlock } from "@/components/ui/code-block";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { StepVerdicts } from "./use-rollouts";

const ARGO_IGNORE = `ignoreDifferences:
  - group: networking.istio.io
    kind: VirtualService
    jqPathExpressions: [".spec.http[].route[].weight"]
syncPolicy:
  syncOptions: [RespectIgnoreDifferences=true, ApplyOutOfSyncOnly=true]`;
const HELM_OR_FLUX =
  "While the canary runs, do not upgrade or reconcile this object, or leave weights out of what is applied.";

/** Who else writes the VirtualService, and how to live with that. */
export function OwnerNote({ owner, managers }: Pick<StepVerdicts, "owner" | "managers">) {
  const others = managers.filter((manager) => !manager.startsWith("quarterdeck"));
  if (!owner) {
    if (others.length === 0) return null;
    return <p className="qd-note mt-2">Written so far by {others.join(", ")}.</p>;
  }
  return (
    <VerdictBlock status="warn" title={`${owner.tool} owns this VirtualService (${owner.name})`}>
      It may set the weights back. Then they are set again, and the third time within ten minutes
      the rollout pauses and leaves them.
      {owner.tool === "Argo CD" ? (
        <>
          <p>Let its Application leave weights alone:</p>
          <CodeBlock text={ARGO_IGNORE} label="Application fields" />
        </>
      ) : (
        <p>{HELM_OR_FLUX}</p>
      )}
    </VerdictBlock>
  );
}
