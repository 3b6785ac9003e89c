import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import {
  formatBytes,
  formatErrorShare,
  formatLatency,
  formatRate,
  formatSplit,
} from "@/lib/graph/format";
import { severity } from "@/lib/graph/health";
import type { GraphEdge, Health, MeshGraph, Traffic } from "@/lib/graph/mesh-graph";
import { nameOfLeaf } from "./leaf-name";

interface ServiceRow {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly share: number | null;
  readonly traffic: Traffic;
  readonly health: Health;
}

/** The same graph in two tables: its services with their versions, and the traffic between them. */
export function GraphTable({
  graph,
  selected,
  onSelect,
}: {
  graph: MeshGraph;
  selected: string | null;
  onSelect: (id: string) => void;
}) {
  return (
    <div className="qd-topology-table">
      <Panel title="Services" note={`${graph.nodes.length}`}>
        <DataTable
          label="Services and versions"
          columns={SERVICE_COLUMNS}
          rows={serviceRows(graph)}
          rowKey={({ id }) => id}
          sort={{ key: "health", descending: true }}
          selected={selected}
          onRowClick={({ id }) => onSelect(id)}
        />
      </Panel>
      <Panel title="Traffic" note={`${graph.edges.length}`}>
        <DataTable
          label="Traffic between services"
          columns={edgeColumns(graph)}
          rows={graph.edges}
          rowKey={({ id }) => id}
          sort={{ key: "health", descending: true }}
          selected={selected}
          onRowClick={({ id }) => onSelect(id)}
        />
      </Panel>
    </div>
  );
}

function serviceRows(graph: MeshGraph): readonly ServiceRow[] {
  return graph.nodes.flatMap((node): ServiceRow[] => {
    const namespace = node.namespace ?? "outside the mesh";
    const row = { id: node.id, name: node.name, namespace, share: null, health: node.health };
    if (graph.type !== "versionedApp" || node.versions.length < 2) {
      return [{ ...row, traffic: node.inbound }];
    }
    return [
      { ...row, traffic: node.inbound },
      ...node.versions.map((version) => ({
        id: version.id,
        name: `${node.name} ${version.version ?? "(no pod reached)"}`,
        namespace,
        share: version.share,
        traffic: version.inbound,
        health: version.health,
      })),
    ];
  });
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
      sortValue: (row) => bytesOf(read(row).traffic),
      cell: (row) => formatBytes(bytesOf(read(row).traffic)),
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

const bytesOf = ({ tcpSentPerSecond, tcpReceivedPerSecond }: Traffic): number | null =>
  tcpSentPerSecond === null && tcpReceivedPerSecond === null
    ? null
    : (tcpSentPerSecond ?? 0) + (tcpReceivedPerSecond ?? 0);

const withUnit = (number: string, unit: string) =>
  number === "–" ? (
    number
  ) : (
    <>
      {number}
      <span className="qd-unit">{unit}</span>
    </>
  );
