import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import { formatNumber } from "@/components/ui/format";
import {
  formatBytes,
  formatErrorShare,
  formatLatency,
  formatRate,
  formatSplit,
} from "@/lib/graph/format";
import { severity } from "@/lib/graph/health";
import type { GraphEdge, Health, MeshGraph, Traffic } from "@/lib/graph/mesh-graph";
import {
  CALL_ORDERS,
  SERVICE_ORDERS,
  type ServiceRow,
  serviceRows,
  type TablePage,
  type TableRows,
  tcpBytes,
} from "@/lib/graph/table-rows";
import { nameOfLeaf } from "./leaf-name";
import { sortOf, sortText } from "./table-sort";
import type { SetTopologyState, TopologyState } from "./use-topology-state";

/** The same graph in two tables: its services with their versions, and the traffic between them. */
export function GraphTable({
  graph,
  rows,
  state,
  setState,
  onSelect,
}: {
  graph: MeshGraph;
  /** Which rows of the graph stand on the pages that are shown, in order. */
  rows: TableRows;
  state: TopologyState;
  setState: SetTopologyState;
  onSelect: (id: string) => void;
}) {
  const { services, calls } = rows;
  const { selected } = state;
  const serviceById = new Map(serviceRows(graph).map((row) => [row.id, row]));
  const edgeById = new Map(graph.edges.map((edge) => [edge.id, edge]));
  const sort = sortOf(state.sort, SERVICE_ORDERS);
  const callSort = sortOf(state.callSort, CALL_ORDERS);
  return (
    <div className="qd-topology-table">
      <Panel
        title="Services"
        note={formatNumber(services.total)}
        aside={<Pages of={services} rows="services" onPage={(page) => void setState({ page })} />}
      >
        <DataTable
          label="Services and versions"
          columns={SERVICE_COLUMNS}
          rows={services.ids.flatMap((id) => serviceById.get(id) ?? [])}
          rowKey={({ id }) => id}
          sort={{ key: sort.by, descending: sort.descending }}
          onSortChange={({ key, descending }) =>
            void setState({ sort: sortText(key, descending), page: null })
          }
          selected={selected}
          onRowClick={({ id }) => onSelect(id)}
        />
      </Panel>
      <Panel
        title="Traffic"
        note={formatNumber(calls.total)}
        aside={<Pages of={calls} rows="calls" onPage={(callPage) => void setState({ callPage })} />}
      >
        <DataTable
          label="Traffic between services"
          columns={edgeColumns(graph)}
          rows={calls.ids.flatMap((id) => edgeById.get(id) ?? [])}
          rowKey={({ id }) => id}
          sort={{ key: callSort.by, descending: callSort.descending }}
          onSortChange={({ key, descending }) =>
            void setState({ callSort: sortText(key, descending), callPage: null })
          }
          selected={selected}
          onRowClick={({ id }) => onSelect(id)}
        />
      </Panel>
    </div>
  );
}

/** Leads from page to page of a table that is too long for one; nothing where it is not. */
function Pages({
  of: { page, pages },
  rows,
  onPage,
}: {
  of: TablePage;
  rows: string;
  /** Told the number of a page, from 1 on. */
  onPage: (page: number) => void;
}) {
  if (pages < 2) return null;
  return (
    <span className="flex items-center gap-2" role="group" aria-label={`Pages of ${rows}`}>
      <Button size="small" disabled={page === 0} onClick={() => onPage(page)}>
        Previous
      </Button>
      <span role="status">
        page {page + 1} of {pages}
      </span>
      <Button size="small" disabled={page + 1 >= pages} onClick={() => onPage(page + 2)}>
        Next
      </Button>
    </span>
  );
}

const healthCell = ({ state }: Health) => (
  <Status status={HEALTH_STATUS[state]} label={STATE_WORD[state]} />
);

/** Columns that services and edges have in common. */
function trafficColumns<Row>(
  read: (row: Row) => { traffic: Traffic; health: Health },
): readonly Column<Row>[] {
  return [
    {
      key: "rate",
      header: "Requests",
      numeric: true,
      sortValue: (row) => read(row).traffic.requestsPerSecond,
      cell: (row) => withUnit(formatRate(read(row).traffic.requestsPerSecond), "/s"),
    },
    {
      key: "errors",
      header: "Errors",
      numeric: true,
      sortValue: (row) => read(row).traffic.errorRatio,
      cell: (row) => formatErrorShare(read(row).traffic.errorRatio),
    },
    ...(["p50", "p95", "p99"] as const).map((quantile): Column<Row> => ({
      key: quantile,
      header: quantile,
      numeric: true,
      sortValue: (row) => read(row).traffic.latency[quantile],
      cell: (row) => formatLatency(read(row).traffic.latency[quantile]),
    })),
    {
      key: "tcp",
      header: "TCP",
      numeric: true,
      sortValue: (row) => tcpBytes(read(row).traffic),
      cell: (row) => formatBytes(tcpBytes(read(row).traffic)),
    },
  ];
}

const SERVICE_COLUMNS: readonly Column<ServiceRow>[] = [
  { key: "name", header: "Service", sortValue: (row) => row.name, cell: (row) => row.name },
  {
    key: "namespace",
    header: "Namespace",
    sortValue: (row) => row.namespace,
    cell: (row) => row.namespace,
  },
  {
    key: "health",
    header: "Health",
    sortValue: (row) => severity(row.health.state),
    cell: (row) => healthCell(row.health),
  },
  {
    key: "share",
    header: "Share",
    numeric: true,
    sortValue: (row) => row.share,
    cell: (row) => (row.share === null ? "" : formatSplit(row.share)),
  },
  ...trafficColumns<ServiceRow>((row) => row),
];

const edgeColumns = (graph: MeshGraph): readonly Column<GraphEdge>[] => [
  {
    key: "edge",
    header: "From and to",
    sortValue: (edge) => edge.id,
    cell: (edge) => `${nameOfLeaf(graph, edge.source)} → ${nameOfLeaf(graph, edge.target)}`,
  },
  {
    key: "health",
    header: "Health",
    sortValue: (edge) => severity(edge.health.state),
    cell: (edge) => healthCell(edge.health),
  },
  ...trafficColumns<GraphEdge>((edge) => edge),
  {
    key: "mtls",
    header: "mTLS",
    numeric: true,
    sortValue: (edge) => edge.mutualTls,
    cell: (edge) => formatSplit(edge.mutualTls),
  },
];

const withUnit = (number: string, unit: string) =>
  number === "–" ? (
    number
  ) : (
    <>
      {number}
      <span className="qd-unit">{unit}</span>
    </>
  );
