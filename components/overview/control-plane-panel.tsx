"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { type Column, DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { formatNumber, formatRate } from "@/components/ui/format";
import { KeyValues } from "@/components/ui/key-values";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { StatusGlyph } from "@/components/ui/status-glyph";
import type { ControlPlanePod } from "@/server/overview/control-plane";

const COLUMNS: readonly Column<ControlPlanePod>[] = [
  {
    key: "pod",
    header: "istiod",
    cell: ({ name, ready }) => (
      <span className="whitespace-nowrap" title={name}>
        <StatusGlyph status={ready ? "ok" : "fail"} label={ready ? "ready" : "not ready"} />{" "}
        <span className="font-mono text-xs">{shortName(name)}</span>
      </span>
    ),
  },
  {
    key: "proxies",
    header: "Proxies",
    numeric: true,
    cell: ({ proxies }) => formatNumber(proxies),
  },
  { key: "pushes", header: "Pushes", numeric: true, cell: ({ pushes }) => formatRate(pushes) },
  {
    key: "rejects",
    header: "Rejects, 30 min",
    numeric: true,
    cell: ({ rejects }) => formatNumber(rejects),
  },
];

/** The replicas of istiod and what they carry. */
export function ControlPlanePanel() {
  const trpc = useTRPC();
  const { data, error, refetch, dataUpdatedAt } = useQuery(
    trpc.overview.controlPlane.queryOptions(undefined, { meta: { live: ["graph", "mesh:Pod"] } }),
  );
  return (
    <Panel
      title="Control plane"
      aside={
        dataUpdatedAt > 0 ? (
          <>
            Prometheus <Age at={dataUpdatedAt} />
          </>
        ) : null
      }
    >
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton label="Reading istiod" rows={2} /> : null}
      {data && data.pods.length === 0 ? (
        <EmptyState title="No istiod runs in this cluster">
          Pods with the label app=istiod are looked for in all namespaces. A control plane outside
          the cluster is not shown here.
        </EmptyState>
      ) : null}
      {data && data.pods.length > 0 ? (
        <>
          <DataTable
            dense
            label="Replicas of istiod"
            columns={COLUMNS}
            rows={data.pods}
            rowKey={({ namespace, name }) => `${namespace}/${name}`}
          />
          <div className="mt-2">
            <KeyValues entries={[["Version", versions(data.pods)]]} />
          </div>
          <p className="mt-2 text-xs">
            <Link href="/control-plane">Open the control plane</Link>
          </p>
          {data.metricsError ? (
            <p className="qd-note mt-2">
              Figures are missing: {data.metricsError.message}. {data.metricsError.hint}
            </p>
          ) : null}
        </>
      ) : null}
    </Panel>
  );
}

/** What tells replicas apart: the last two parts of a pod's name. */
function shortName(name: string): string {
  const parts = name.split("-");
  return parts.length > 2 ? `…-${parts.slice(-2).join("-")}` : name;
}

function versions(pods: readonly ControlPlanePod[]): string {
  const known = new Set(
    pods.map(
      ({ version, revision }) =>
        `${version ?? "unknown"}${revision ? `, revision ${revision}` : ""}`,
    ),
  );
  return [...known].join("; ");
}
