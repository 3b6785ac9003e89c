"use client";

import { ErrorState } from "@/components/ui/error-state";
import {
  formatDuration,
  formatLatency,
  formatNumber,
  formatRate,
  formatShare,
} from "@/components/ui/format";
import { KeyValues } from "@/components/ui/key-values";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import type { DraftRollout } from "./rollout-draft";
import { percent } from "./state-words";
import { type RolloutOutlook, useOutlook } from "./use-rollouts";

/** More requests on a pod than this many times what the stable version's bear is worth a word. */
const HEAVY = 1.25;

/** What the plan means for traffic, and what it can tell, judged by the last hour. */
export function OutlookFacts({
  document,
  names,
}: {
  document: DraftRollout;
  names: { readonly stable: string; readonly canary: string };
}) {
  const { data, error, refetch } = useOutlook(document);
  return (
    <Panel title="By the last hour" aside="if traffic stays as it is">
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton label="Prometheus is being asked" rows={4} />
      ) : data.problem !== undefined ? (
        <p>
          <Status status="unknown" label="Not known" /> {data.problem}. The rollout can start; it
          pauses if its checks cannot be asked either.
        </p>
      ) : (
        <KeyValues
          entries={[
            ["Traffic", `${formatRate(data.requestsPerSecond)} to the service`],
            ["Callers", callersText(data)],
            ["At first", firstStep(data, names.canary)],
            ["Users", usersText(data, document, names.canary)],
            ["Load", <Load key="load" outlook={data} names={names} />],
            ["Stable", `${names.stable}: ${pastText(data.stable)}`],
            ["Canary", `${names.canary}: ${pastText(data.canary)}`],
            ["Judge", verdictText(data, names.stable)],
            ["Can tell", detectionText(data, names)],
          ]}
        />
      )}
    </Panel>
  );
}

const CALLERS = 4;

function callersText({ callers }: RolloutOutlook): string {
  if (callers.length === 0) return "nobody";
  const shown = callers
    .slice(0, CALLERS)
    .map(({ workload, requestsPerSecond }) => `${workload} ${formatRate(requestsPerSecond)}`);
  const more = callers.length - CALLERS;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Requests of one visit, to say what a share of requests means to people. */
const VISIT = 20;

function usersText(
  { steps: [first] }: RolloutOutlook,
  { spec }: DraftRollout,
  canary: string,
): string | undefined {
  if (!first) return undefined;
  if (spec["testers"] !== undefined) return "testers, and of the others what the steps say";
  if (first.share === 0) return `nobody: ${canary} gets copies, and its answers are thrown away`;
  if (spec["sticky"] !== undefined) {
    return `${percent(first.share)} of them at first, and those always`;
  }
  const met = 1 - (1 - first.share / 100) ** VISIT;
  return `each may meet ${canary}: of those with ${VISIT} requests ${formatShare(met)} do at first`;
}

function firstStep({ steps: [first] }: RolloutOutlook, canary: string): string {
  if (!first) return "–";
  const { share, requestsPerSecond, requests } = first;
  const until = requests === null ? "" : `: about ${formatNumber(requests)} before it can go on`;
  return `${percent(share)} of the requests, ${formatRate(requestsPerSecond)} to ${canary}${until}`;
}

function Load({
  outlook: { steps, perStablePod },
  names,
}: {
  outlook: RolloutOutlook;
  names: { readonly stable: string; readonly canary: string };
}) {
  const last = steps.at(-1);
  if (!last) return null;
  if (last.perPod === null)
    return <Status status="fail" label={`${names.canary} has no ready pod`} />;
  const text = `${formatRate(last.perPod)} on each pod of ${names.canary} at ${percent(last.share)}`;
  if (perStablePod === null) return text;
  const beside = `; those of ${names.stable} have ${formatRate(perStablePod)} now`;
  const isHeavy = last.perPod > HEAVY * perStablePod;
  return (
    <>
      {isHeavy ? <Status status="warn" label="more than usual:" /> : null} {text}
      {beside}
    </>
  );
}

/** What one version did; said the same in hints and lists. */
const pastText = (past: RolloutOutlook["stable"]): string =>
  past && past.requests > 0
    ? `${formatShare((past.successRate ?? 0) / 100)} success, p99 ${formatLatency(past.p99)}, ${formatNumber(past.requests)} requests`
    : "no requests";

function verdictText({ checks }: RolloutOutlook, name: string): string {
  if (!checks || checks.checks.length === 0) return `nothing of ${name} to try it on`;
  const { failed, unknown, why } = checks;
  const all = checks.checks.length;
  const unsure = unknown > 0 ? `; ${unknown} could not have told` : "";
  if (failed === 0) return `none of ${all} checks on ${name} would have failed${unsure}`;
  return `${failed} of ${all} checks on ${name} would have failed${unsure}: ${why ?? ""}`;
}

function detectionText(
  { absolute, detections, stable }: RolloutOutlook,
  names: { readonly stable: string; readonly canary: string },
): string {
  const failing =
    stable && stable.successRate !== null ? (100 - stable.successRate) / 100 : undefined;
  const noticed = absolute.find(({ seconds }) => seconds !== null);
  if (detections.length === 0 && noticed && noticed.seconds !== null) {
    const { percent: share, seconds } = noticed;
    const fewer = noticed === absolute[0] ? "" : "; fewer may pass";
    return `failures of ${formatShare(share / 100)} of its requests after about ${formatDuration(seconds * 1000)}${fewer}`;
  }
  if (detections.length === 0) {
    return failing === 0
      ? `${names.stable} had no failures: only the limits themselves decide`
      : "nothing: no failures are judged, or there were no requests";
  }
  const found = detections.find(({ seconds }) => seconds !== null);
  if (!found || found.seconds === null) {
    return `no regression up to ${detections.at(-1)?.ratio ?? 0}-fold before the end; hold longer`;
  }
  const smaller = found === detections[0] ? "" : "; smaller ones may pass";
  return `failures ${found.ratio} times those of ${names.stable} (${formatShare(failing)}) after about ${formatDuration(found.seconds * 1000)}${smaller}`;
}
