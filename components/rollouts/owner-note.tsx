"use client";

import { CodeBlock } from "@/components/ui/code-block";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { ObjectOwners } from "./use-rollouts";

const ARGO_IGNORE = `ignoreDifferences:
  - group: networking.istio.io
    kind: VirtualService
    jqPathExpressions: [".spec.http[].route[].weight"]
syncPolicy:
  syncOptions: [RespectIgnoreDifferences=true, ApplyOutOfSyncOnly=true]`;
const HELM_OR_FLUX =
  "While the canary runs, do not upgrade or reconcile this object, or leave weights out of what is applied.";

const DRIFT = {
  reassert:
    "It may set the weights back. Then they are set again, and the third time within ten minutes the rollout pauses and leaves them.",
  adopt: "It may set the weights back. Then the rollout goes on from what it set.",
  pause: "It may set the weights back. Then the rollout pauses and leaves them.",
} as const;

/** Who else writes what a rollout writes, and how to live with that; nothing where nobody does. */
export function OwnerNote({
  owners,
  drift,
}: {
  owners: readonly ObjectOwners[];
  drift: keyof typeof DRIFT;
}) {
  return owners.map(({ object, owner, controllers, managers }) => {
    if (!owner && controllers.length === 0) {
      if (managers.length === 0) return null;
      return (
        <p key={object} className="qd-note mt-2">
          {object} was written so far by {managers.join(", ")}.
        </p>
      );
    }
    const who = owner ? `${owner.tool} owns ${object} (${owner.name})` : undefined;
    return (
      <VerdictBlock
        key={object}
        status="warn"
        title={who ?? `${controllers.join(" and ")} controls ${object}`}
      >
        {DRIFT[drift]}
        {owner?.tool === "Argo CD" ? (
          <>
            <p>Let its Application leave weights alone:</p>
            <CodeBlock text={ARGO_IGNORE} label="Application fields" />
          </>
        ) : owner ? (
          <p>{HELM_OR_FLUX}</p>
        ) : (
          <p>Change it there, or take the object away from it while the canary runs.</p>
        )}
      </VerdictBlock>
    );
  });
}
