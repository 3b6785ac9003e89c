"use client";

import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState, type ShownError } from "@/components/ui/error-state";
import { formatNumber } from "@/components/ui/format";
import { Skeleton } from "@/components/ui/skeleton";
import { useNow } from "@/components/ui/use-now";
import type { ExplorerPage } from "@/server/proxies/dump-answers";
import { clusterColumns, endpointColumns, listenerColumns, routeColumns } from "./explorer-columns";
import { extensionColumns, objectColumns, secretColumns } from "./resource-columns";
import type { ExplorerTab } from "./use-proxies-state";

/** What a table of the explorer is given. */
export interface ExplorerTableProps {
  readonly question: {
    readonly namespace: string;
    readonly name: string;
    readonly filter: string;
    readonly limit: number;
  };
  /** Only rows that this field of their object made: `spec.http[0]`; empty for all. */
  readonly line: string;
  /** Shows more rows; undefined when all that may be shown are. */
  readonly onMore: (() => void) | undefined;
  /** Goes to another table, narrowed to what a cell names. */
  readonly onOpen: (tab: ExplorerTab, find: string) => void;
}

const OPTIONS = { placeholderData: keepPreviousData, meta: { live: ["proxies"] } } as const;

/** `istioctl proxy-config listeners` */
export function ListenerTable(props: ExplorerTableProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.proxies.listeners.queryOptions(props.question, OPTIONS));
  return (
    <Rows
      {...props}
      label="Listeners"
      query={query}
      columns={listenerColumns(props.onOpen)}
      keyOf={(row, index) => `${row.listener} ${row.chain} ${row.match} ${index}`}
    />
  );
}

/** `istioctl proxy-config routes` */
export function RouteTable(props: ExplorerTableProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.proxies.routes.queryOptions(props.question, OPTIONS));
  return (
    <Rows
      {...props}
      label="Routes"
      query={query}
      columns={routeColumns(props.onOpen)}
      keyOf={(row, index) => `${row.name} ${row.virtualHost} ${row.match} ${index}`}
    />
  );
}

/** `istioctl proxy-config clusters` */
export function ClusterTable(props: ExplorerTableProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.proxies.clusters.queryOptions(props.question, OPTIONS));
  return (
    <Rows
      {...props}
      label="Clusters"
      query={query}
      columns={clusterColumns(props.onOpen)}
      keyOf={(row, index) => `${row.name} ${index}`}
    />
  );
}

/** `istioctl proxy-config endpoints` */
export function EndpointTable(props: ExplorerTableProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.proxies.endpoints.queryOptions(props.question, OPTIONS));
  return (
    <Rows
      {...props}
      label="Endpoints"
      query={query}
      columns={endpointColumns(props.onOpen)}
      keyOf={(row, index) => `${row.endpoint} ${row.cluster} ${index}`}
    />
  );
}

/** `istioctl proxy-config secret` */
export function SecretTable(props: ExplorerTableProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.proxies.secrets.queryOptions(props.question, OPTIONS));
  const now = useNow();
  return (
    <Rows
      {...props}
      label="Secrets"
      query={query}
      columns={secretColumns(now === 0 ? (query.data?.at ?? 0) : now)}
      keyOf={(row, index) => `${row.name} ${row.serial} ${index}`}
    />
  );
}

/** `istioctl proxy-config ecds` */
export function ExtensionTable(props: ExplorerTableProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.proxies.extensions.queryOptions(props.question, OPTIONS));
  return (
    <Rows
      {...props}
      label="Extensions"
      query={query}
      columns={extensionColumns}
      keyOf={(row, index) => `${row.name} ${index}`}
    />
  );
}

/** The Istio objects behind what the proxy holds, each with its resources. */
export function ObjectTable(props: ExplorerTableProps) {
  const trpc = useTRPC();
  const query = useQuery(trpc.proxies.objects.queryOptions(props.question, OPTIONS));
  return (
    <Rows
      {...props}
      label="Objects"
      query={query}
      columns={objectColumns(props.onOpen)}
      keyOf={({ object }) => `${object.kind}/${object.namespace}/${object.name}`}
    />
  );
}

/** Whether a row came of a field, or of one inside it. */
const isMadeBy = (row: object, line: string): boolean =>
  "field" in row && (row.field === line || String(row.field).startsWith(`${line}.`));

type Keyed<Row> = Row & { readonly key: string };

function Rows<Row extends object>({
  label,
  query,
  columns,
  keyOf,
  question,
  line,
  onMore,
}: ExplorerTableProps & {
  label: string;
  query: Pick<UseQueryResult<ExplorerPage<Row>, ShownError>, "data" | "error" | "refetch">;
  columns: readonly Column<Row>[];
  keyOf: (row: Row, index: number) => string;
}) {
  const { data, error, refetch } = query;
  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton label={`Reading the ${label.toLowerCase()}`} rows={8} />
    );
  }
  const rows: readonly Keyed<Row>[] = data.rows
    .map((row, index) => ({ ...row, key: keyOf(row, index) }))
    .filter((row) => line === "" || isMadeBy(row, line));
  const hidden = data.matching - data.rows.length;
  return (
    <>
      {error ? (
        <p className="qd-note mb-1">{error.message}. The rows are of the dump before.</p>
      ) : null}
      <DataTable
        label={label}
        dense
        columns={columns}
        rows={rows}
        rowKey={({ key }) => key}
        maxHeight="56vh"
        empty={
          line !== ""
            ? `None of the ${label.toLowerCase()} was made by ${line}.`
            : question.filter === ""
              ? `This proxy has no ${label.toLowerCase()}.`
              : `None of the ${label.toLowerCase()} contains “${question.filter}”.`
        }
      />
      {hidden > 0 ? (
        <p className="mt-1 flex flex-wrap items-center gap-2 text-xs text-ink-2">
          {formatNumber(rows.length)} of {formatNumber(data.matching)} shown.
          {onMore ? (
            <Button variant="quiet" size="small" onClick={onMore}>
              Show more rows
            </Button>
          ) : (
            "Narrow the filter to see the others."
          )}
        </p>
      ) : null}
    </>
  );
}
