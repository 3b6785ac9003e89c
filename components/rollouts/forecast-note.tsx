"use client";

import { formatDuration, formatRate } from "@/components/ui/format";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { valueAt } from "@/lib/yaml/field-value";
import type { DraftRollout } from "./rollout-draft";
import { percent } from "./state-words";
import type { RolloutOutlook } from "./use-rollouts";

/** Says before the start where a plan would come to a stand: steps that get too few requests. */
export function ForecastNote({
  outlook,
  document,
}: {
  outlook: RolloutOutlook;
  document: DraftRollout;
}) {
  const stuck = outlook.steps.find(({ pauses }) => pauses);
  if (!stuck || outlook.requestsPerSecond === undefined) return null;
  const { share, requestsPerSecond, verdictAfter } = stuck;
  const asked = valueAt(document.spec, ["analysis", "minRequests"]);
  const needed = typeof asked === "number" ? asked : 50;
  return (
    <VerdictBlock
      status="warn"
      title={
        verdictAfter === null
          ? `It would pause at ${percent(share)}: nobody asks for this service`
          : `It would pause at ${percent(share)} for lack of requests`
      }
    >
      {verdictAfter === null
        ? "Without requests there is no verdict, and without a verdict it never goes on."
        : `At ${formatRate(requestsPerSecond)} the ${needed} requests of a verdict take ${formatDuration(verdictAfter * 1000)}, longer than it waits for one. Ask for fewer requests, begin with a larger share, or let it wait longer (In doubt).`}
    </VerdictBlock>
  );
}
