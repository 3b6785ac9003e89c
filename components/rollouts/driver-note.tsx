"use client";

import { VerdictBlock } from "@/components/ui/verdict-block";
import type { RolloutsAnswer } from "./use-rollouts";

/** Says when nobody drives the rollouts: then they stand still, whatever their plan says. */
export function DriverNote({
  driver,
  running,
}: {
  driver: RolloutsAnswer["driver"];
  running: number;
}) {
  if (running === 0) return null;
  if (driver.type === "off") {
    return (
      <VerdictBlock status="off" title="This server does not drive rollouts">
        {driver.why}. They go on only if another replica drives them.
      </VerdictBlock>
    );
  }
  if (driver.problem === undefined || driver.leading) return null;
  return (
    <VerdictBlock status="warn" title="Rollouts may stand still: the Lease cannot be had">
      {driver.problem}
    </VerdictBlock>
  );
}
