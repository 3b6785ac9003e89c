"use client";

import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { formatDuration, formatNumber, formatRate, NO_DATA } from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { ForecastNote } from "./forecast-note";
import type { DraftRollout } from "./rollout-draft";
import { percent } from "./state-words";
import { type RolloutOutlook, useOutlook } from "./use-rollouts";

type Step = RolloutOutlook["steps"][number] & { readonly index: number };

/** The canary's pods take this many times what the stable version's do now before it is told. */
const HEAVY = 1.25;

const columnsFor = (perStablePod: number | null): readonly Column<Step>[] => [
  { key: "step", header: "Step", numeric: true, cell: ({ index }) => index + 1 },
  { key: "share", header: "Share", numeric: true, cell: ({ share }) => percent(share) },
  {
    key: "rate",
    header: "To the canary",
    numeric: true,
    cell: ({ requestsPerSecond }) => formatRate(requestsPerSecond),
  },
  {
    key: "pod",
    header: "On each pod",
    numeric: true,
    cell: ({ perPod }) =>
      perPod === null ? (
        <Status status="fail" label="none is ready" />
      ) : perStablePod !== null && perPod > HEAVY * perStablePod ? (
        <Status status="warn" label={formatRate(perPod)} />
      ) : (
        formatRate(perPod)
      ),
  },
  {
    key: "verdict",
    header: "First verdict after",
    numeric: true,
    cell: ({ verdictAfter, pauses }) =>
      verdictAfter === null ? (
        <Status status="warn" label="never" />
      ) : pauses ? (
        <Status status="warn" label={formatDuration(verdictAfter * 1000)} />
      ) : (
        formatDuration(verdictAfter * 1000)
      ),
  },
  {
    key: "lasts",
    header: "Lasts",
    numeric: true,
    cell: ({ seconds }) => (seconds === null ? NO_DATA : formatDuration(seconds * 1000)),
  },
  {
    key: "requests",
    header: "Requests",
    numeric: true,
    cell: ({ requests }) => formatNumber(requests),
  },
];

/** What each step takes and brings, if traffic stays as it was in the last hour. */
export function StepsForecast({ document }: { document: DraftRollout }) {
  const { data, error, refetch } = useOutlook(document);
  const steps = data?.steps ?? [];
  const total = steps.reduce<number | null>(
    (sum, { seconds }) => (sum === null || seconds === null ? null : sum + seconds),
    0,
  );
  return (
    <Panel
      title="Expected course"
      note={
        data && data.problem === undefined && total !== null
          ? `about ${formatDuration(total * 1000)} when every check passes`
          : undefined
      }
      aside="if traffic stays as in the last hour"
    >
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton label="Prometheus is being asked" rows={4} />
      ) : data.problem !== undefined ? (
        <p>
          <Status status="unknown" label="Not known:" /> {data.problem}
        </p>
      ) : (
        <>
          <ForecastNote outlook={data} document={document} />
          <DataTable
            label="Expected course"
            columns={columnsFor(data.perStablePod)}
            rows={steps.map((step, index) => ({ ...step, index }))}
            rowKey={({ index }) => String(index)}
            dense
          />
        </>
      )}
    </Panel>
  );
}
