"use client";

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { formatNumber } from "@/components/ui/format";
import { SearchField } from "@/components/ui/search-field";
import { Segmented } from "@/components/ui/segmented";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import type { DebugPage } from "@/lib/xds/debug/pages";
import type { DebugReading } from "@/server/control-plane/debug-pages";
import { ShardGraph } from "./shard-graph";
import type { ControlPlaneState, SetControlPlaneState } from "./use-control-plane-state";

/** What istiod answers: as rows, as JSON, or as a file. */
export function DebugAnswer({
  page,
  state,
  setState,
}: {
  page: DebugPage;
  state: ControlPlaneState;
  setState: SetControlPlaneState;
}) {
  const trpc = useTRPC();
  const { istiod, proxy, namespace, types, flag } = state;
  const question = {
    ...{ page: page.name, proxy, namespace, types, flag },
    ...(istiod === "" ? {} : { istiod }),
  };
  const { data, error, refetch, isFetching } = useQuery(
    trpc.controlPlane.debugPage.queryOptions(
      { ...question, find: state.find },
      { placeholderData: keepPreviousData, retry: false },
    ),
  );
  const shown = data?.path.split("?")[0] === `/debug/${page.name}` ? data : undefined;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!shown) return <Skeleton label="Asking istiod" rows={8} />;
  return (
    <>
      <div className="qd-debug-bar">
        <Segmented
          label="Show as"
          options={[
            { value: "table", label: "Table" },
            ...(page.name === "endpointShardz"
              ? [{ value: "graph", label: "Graph" } as const]
              : []),
            { value: "json", label: "JSON" },
          ]}
          value={state.as}
          onChange={(as) => void setState({ as })}
        />
        {state.as !== "json" ? (
          <SearchField
            label="Rows that contain"
            placeholder="Filter rows"
            value={state.find}
            onChange={(find) => void setState({ find })}
          />
        ) : null}
        <span className="text-xs text-ink-2" role="status">
          {state.as === "json" ? linesShown(shown) : rowsShown(shown)}
        </span>
        <span className="qd-debug-acts">
          <span className="text-xs text-ink-2">
            {shown.istiod} <Age at={shown.at} />
          </span>
          <Button size="small" pending={isFetching} onClick={() => void refetch()}>
            Ask again
          </Button>
          <CopyButton
            text={`istioctl x internal-debug '${shown.path.slice("/debug/".length)}'`}
            label="Copy as istioctl"
          />
          <Download question={question} />
        </span>
      </div>
      {state.as === "json" ? (
        <CodeBlock text={shown.text} label={`JSON of ${page.name}`} />
      ) : shown.total === 0 ? (
        <EmptyState title="istiod answered that there is nothing">
          The page is served and empty: {shown.path}
        </EmptyState>
      ) : state.as === "graph" && page.name === "endpointShardz" ? (
        <ShardGraph rows={shown.table.rows} />
      ) : (
        <Rows page={page.name} reading={shown} />
      )}
    </>
  );
}

const rowsShown = ({ table, found, total }: DebugReading): string =>
  table.rows.length < found
    ? `First ${formatNumber(table.rows.length)} of ${formatNumber(found)} rows; filter for others`
    : found < total
      ? `${formatNumber(found)} of ${formatNumber(total)} rows`
      : `${formatNumber(total)} rows`;

const linesShown = ({ text, lines }: DebugReading): string => {
  const shown = text.split("\n").length;
  return shown < lines
    ? `First ${formatNumber(shown)} of ${formatNumber(lines)} lines; the file has all`
    : `${formatNumber(lines)} lines`;
};

interface Row {
  readonly index: number;
  readonly cells: readonly string[];
}

function Rows({ page, reading: { table } }: { page: string; reading: DebugReading }) {
  const { columns, rows } = useMemo(
    () => ({
      columns: table.columns.map((header, at): Column<Row> => ({
        key: String(at),
        header,
        cell: ({ cells }) => (
          <span className="qd-debug-cell" title={cells[at]}>
            {cells[at]}
          </span>
        ),
        sortValue: ({ cells }) => cells[at],
      })),
      rows: table.rows.map((cells, index): Row => ({ index, cells })),
    }),
    [table],
  );
  return (
    <DataTable
      dense
      label={`Rows of ${page}`}
      columns={columns}
      rows={rows}
      rowKey={({ index }) => String(index)}
      empty="No row contains these words."
    />
  );
}

type Question = Parameters<
  ReturnType<typeof useTRPC>["controlPlane"]["debugFile"]["queryOptions"]
>[0];

function Download({ question }: { question: Question }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [pending, setPending] = useState(false);

  async function save() {
    setPending(true);
    try {
      const { name, text } = await client.fetchQuery(
        trpc.controlPlane.debugFile.queryOptions(question, { gcTime: 0, retry: false }),
      );
      const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = name;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      toast("fail", "The page was not saved", {
        detail: error instanceof Error ? error.message : undefined,
      });
    } finally {
      setPending(false);
    }
  }

  return (
    <Button size="small" pending={pending} onClick={() => void save()}>
      Download JSON
    </Button>
  );
}
