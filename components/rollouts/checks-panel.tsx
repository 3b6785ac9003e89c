"use client";

import { Age } from "@/components/ui/age";
import { type Column, DataTable } from "@/components/ui/data-table";
import { formatLatency, formatNumber, formatShare } from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import { percent, VERDICT_WORDS } from "./state-words";
import type { RolloutDetail } from "./use-rollouts";

type Check = RolloutDetail["status"]["checks"][number];

const SHOWN = 10;
const share = (value: number | null) => formatShare(value === null ? null : value / 100);

const columnsFor = (rollout: RolloutDetail): readonly Column<Check>[] => [
  { key: "at", header: "Check", cell: ({ at }) => <Age at={at} /> },
  {
    key: "step",
    header: "At",
    numeric: true,
    cell: ({ step }) => percent(rollout.steps[step] ?? 0),
  },
  {
    key: "verdict",
    header: "Verdict",
    cell: ({ verdict }) => (
      <Status status={VERDICT_WORDS[verdict].status} label={VERDICT_WORDS[verdict].word} />
    ),
  },
  {
    key: "requests",
    header: "Requests",
    numeric: true,
    cell: ({ values }) => formatNumber(values.requests),
  },
  {
    key: "success",
    header: "Success",
    numeric: true,
    cell: ({ values }) => share(values.successRate),
  },
  { key: "p99", header: "p99", numeric: true, cell: ({ values }) => formatLatency(values.p99) },
  { key: "reason", header: "Reason", cell: ({ reason }) => reason },
];

/** The last checks with the numbers that decided them. */
export function ChecksPanel({ rollout }: { rollout: RolloutDetail }) {
  const { analysis } = rollout.rollout.spec;
  const checks = rollout.status.checks.toReversed().slice(0, SHOWN);
  return (
    <Panel
      title="Checks"
      note={`every ${analysis.interval} s; ${rollout.failures} of ${analysis.failureLimit} failures used`}
    >
      <DataTable
        label="Checks"
        columns={columnsFor(rollout)}
        rows={checks}
        rowKey={({ at, verdict }) => `${at}-${verdict}`}
        empty="No check has been made yet."
        dense
      />
    </Panel>
  );
}
