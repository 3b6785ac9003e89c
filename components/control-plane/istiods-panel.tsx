"use client";

import { Age } from "@/components/ui/age";
import { type Column, DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import {
  formatDuration,
  formatInstant,
  formatLatency,
  formatNumber,
  formatRate,
  NO_DATA,
} from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import type { ControlPlaneFigures, IstiodFigures } from "@/server/control-plane/istiod-figures";

const COLUMNS: readonly Column<IstiodFigures>[] = [
  {
    key: "name",
    header: "istiod",
    cell: ({ name }) => <span className="font-mono text-xs">{name}</span>,
    sortValue: ({ name }) => name,
  },
  {
    key: "ready",
    header: "State",
    cell: ({ ready }) => (
      <Status status={ready ? "ok" : "fail"} label={ready ? "ready" : "not ready"} />
    ),
  },
  { key: "version", header: "Version", cell: ({ version = NO_DATA }) => version },
  { key: "revision", header: "Revision", cell: ({ revision = NO_DATA }) => revision },
  {
    key: "uptime",
    header: "Up for",
    numeric: true,
    cell: ({ uptimeSeconds: up }) => (up === null ? NO_DATA : formatDuration(up * 1000)),
    sortValue: ({ uptimeSeconds }) => uptimeSeconds,
  },
  {
    key: "proxies",
    header: "Proxies",
    numeric: true,
    cell: ({ proxies }) => formatNumber(proxies),
    sortValue: ({ proxies }) => proxies,
  },
  { key: "pushes", header: "Pushes", numeric: true, cell: ({ pushes }) => formatRate(pushes) },
  {
    key: "convergence",
    header: (
      <span title="From a change to what a proxy gets; 99th percentile of 30 min">
        Convergence p99
      </span>
    ),
    numeric: true,
    cell: ({ convergenceMs }) => formatLatency(convergenceMs),
    sortValue: ({ convergenceMs }) => convergenceMs,
  },
  {
    key: "queue",
    header: (
      <span title="How long a push waits for its turn; 99th percentile of 30 min">Queue p99</span>
    ),
    numeric: true,
    cell: ({ queueMs }) => formatLatency(queueMs),
  },
  {
    key: "rejects",
    header: "Rejects, 30 min",
    numeric: true,
    cell: ({ rejects }) =>
      rejects === null
        ? NO_DATA
        : rejects.length === 0
          ? "0"
          : rejects
              .map(({ type, count }) => `${type.toUpperCase()} ${formatNumber(count)}`)
              .join(", "),
  },
  {
    key: "errors",
    header: "XDS errors, 30 min",
    numeric: true,
    cell: ({ internalErrors }) => formatNumber(internalErrors),
  },
  { key: "root", header: "Root ends", cell: ({ rootEnds }) => <End at={rootEnds} /> },
  { key: "chain", header: "Signing chain ends", cell: ({ chainEnds }) => <End at={chainEnds} /> },
];

function End({ at }: { at: number | null }) {
  return at === null ? NO_DATA : <Age at={at} />;
}

/** Every istiod that runs, and what it does. */
export function IstiodsPanel({ figures, at }: { figures: ControlPlaneFigures; at: number }) {
  const { istiods, error } = figures;
  return (
    <Panel
      title="istiods"
      aside={
        <span title={formatInstant(at)}>
          Prometheus <Age at={at} />
        </span>
      }
    >
      {istiods.length === 0 ? (
        <EmptyState title="No istiod runs in this cluster">
          Pods with the label app=istiod are looked for in all namespaces. A control plane outside
          the cluster is not shown here.
        </EmptyState>
      ) : (
        <DataTable
          dense
          label="istiods"
          columns={COLUMNS}
          rows={istiods}
          rowKey={({ namespace, name }) => `${namespace}/${name}`}
        />
      )}
      {error ? (
        <p className="qd-note mt-2">
          Figures are missing: {error.message}. {error.hint}
        </p>
      ) : null}
    </Panel>
  );
}
