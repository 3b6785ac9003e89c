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
import type { CanaryRolloutInput } from "@/lib/rollout/plan";
import { percent } from "./state-words";
import { type RolloutOutlook, useOutlook } from "./use-rollouts";

/** More requests on a pod than this many times what the stable version's bear is worth a word. */
const HEAVY = 1.25;

/** What the plan means for traffic, and what it can tell, judged by the last hour. */
export function OutlookFacts({
  document,
  names,
}: {
  document: CanaryRolloutInput;
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
            ["At first", firstStep(data, names.canary)],
            ["Load", <Load key="load" outlook={data} names={names} />],
            [names.stable, pastText(data.stable)],
            [names.canary, pastText(data.canary)],
            ["Judge", verdictText(data, names.stable)],
            ["Can tell", detectionText(data, names)],
          ]}
        />
      )}
    </Panel>
  );
}

function firstStep({ steps: [first] }: RolloutOutlook, canary: string): string {
  if (!first) return "–";
  const { share, requestsPerSecond, requests } = first;
  return `${percent(share)} of the requests, ${formatRate(requestsPerSecond)} to ${canary}: about ${formatNumber(requests)} before it can go on`;
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
export const pastText = (past: RolloutOutlook["stable"]): string =>
  past && past.requests > 0
    ? `${formatShare((past.successRate ?? 0) / 100)} success, p99 ${formatLatency(past.p99)}, ${formatNumber(past.requests)} requests`
    : "no requests";

function verdictText({ verdict, stable }: RolloutOutlook, name: string): string {
  if (!verdict || !stable || stable.requests === 0) return `nothing of ${name} to try it on`;
  if (verdict.verdict === "pass") return `${name} itself would have passed`;
  return `${name} itself would not have passed: ${verdict.message}`;
}

function detectionText(
  { detections, stable }: RolloutOutlook,
  names: { readonly stable: string; readonly canary: string },
): string {
  const failing =
    stable && stable.successRate !== null ? (100 - stable.successRate) / 100 : undefined;
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
