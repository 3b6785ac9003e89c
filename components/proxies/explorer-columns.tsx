import { CornerDownRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { Column } from "@/components/ui/data-table";
import { formatNumber, NO_DATA } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { Status } from "@/components/ui/status";
import type { ClusterRow } from "@/lib/xds/cluster-rows";
import type { EndpointRow } from "@/lib/xds/endpoint-rows";
import type { ListenerRow } from "@/lib/xds/listener-rows";
import type { RouteRow } from "@/lib/xds/route-rows";
import type { Traced } from "@/server/proxies/trace-rows";
import { ObjectLink } from "./object-link";
import type { ExplorerTab } from "./use-proxies-state";

type Open = (tab: ExplorerTab, find: string) => void;

const mono = (text: string, title = text) => (
  <span className="font-mono text-xs" title={title}>
    {text}
  </span>
);

/** Text of a machine that may be long: cut at the end after `ch` characters, whole on hover. */
const cut = (text: string, { ch = 44, title = text } = {}) => (
  <span className="qd-proxies-cut" style={{ maxWidth: `${ch}ch` }} title={title}>
    {text}
  </span>
);

/** istioctl writes a hyphen for what the name of a cluster does not say. */
const told = (text: string) =>
  text === "-" ? <span className="text-ink-3">{NO_DATA}</span> : text;

/** Leads from a resource to the one that it points to. */
function Follow({ text, onFollow }: { text: string; onFollow: () => void }) {
  return (
    <Button
      variant="quiet"
      size="small"
      className="qd-proxies-follow"
      icon={<Icon of={CornerDownRight} size={12} />}
      title={text}
      onClick={onFollow}
    >
      <span>{text}</span>
    </Button>
  );
}

/** Columns of `istioctl proxy-config listeners`, and where a chain leads. */
export const listenerColumns = (open: Open): readonly Column<Traced<ListenerRow>>[] => [
  {
    key: "address",
    header: "Address",
    cell: (row) => mono(row.addresses, row.listener),
    sortValue: (row) => row.addresses,
  },
  {
    key: "port",
    header: "Port",
    numeric: true,
    cell: (row) => row.port,
    sortValue: (row) => row.port,
  },
  { key: "match", header: "Match", cell: (row) => cut(row.match), sortValue: (row) => row.match },
  {
    key: "destination",
    header: "Destination",
    cell: ({ destination, leadsTo }) =>
      leadsTo ? (
        <Follow
          text={destination}
          onFollow={() => open(leadsTo.kind === "route" ? "routes" : "clusters", leadsTo.name)}
        />
      ) : (
        cut(destination)
      ),
    sortValue: (row) => row.destination,
  },
  {
    key: "chain",
    header: "Filter chain",
    className: "max-wide:hidden",
    cell: (row) => (row.chain ? cut(row.chain) : NO_DATA),
  },
  {
    key: "object",
    header: "Made by",
    cell: (row) => <ObjectLink of={row.object} field={row.field} />,
  },
];

/** Columns of `istioctl proxy-config routes`, with what else must match and where it goes. */
export const routeColumns = (open: Open): readonly Column<Traced<RouteRow>>[] => [
  {
    key: "name",
    header: "Name",
    cell: (row) => (row.name ? mono(row.name) : NO_DATA),
    sortValue: (row) => row.name,
  },
  {
    key: "host",
    header: "Virtual host",
    cell: (row) => cut(row.virtualHost, { ch: 36, title: row.domains }),
    sortValue: (row) => row.virtualHost,
  },
  {
    key: "match",
    header: "Match",
    cell: ({ match, conditions }) => cut(conditions ? `${match} ${conditions}` : match),
    sortValue: (row) => row.match,
  },
  {
    key: "destination",
    header: "Destination",
    cell: ({ destination, clusters: [cluster] }) =>
      cluster ? (
        <Follow text={destination} onFollow={() => open("clusters", cluster)} />
      ) : (
        cut(destination)
      ),
    sortValue: (row) => row.destination,
  },
  {
    key: "object",
    header: "Made by",
    cell: (row) => <ObjectLink of={row.object} field={row.field} />,
    sortValue: (row) => row.virtualService,
  },
  {
    key: "domains",
    header: "Domains",
    className: "max-wide:hidden",
    cell: (row) => cut(row.domains, { ch: 26 }),
  },
];

/** Columns of `istioctl proxy-config clusters`. */
export const clusterColumns = (open: Open): readonly Column<Traced<ClusterRow>>[] => [
  {
    key: "host",
    header: "Service FQDN",
    cell: (row) => cut(row.host || row.name, { ch: 60, title: row.name }),
    sortValue: (row) => row.host,
  },
  {
    key: "port",
    header: "Port",
    numeric: true,
    cell: (row) => told(row.port),
    sortValue: (row) => Number(row.port) || 0,
  },
  {
    key: "subset",
    header: "Subset",
    cell: (row) => told(row.subset),
    sortValue: (row) => row.subset,
  },
  {
    key: "direction",
    header: "Direction",
    cell: (row) => told(row.direction),
    sortValue: (row) => row.direction,
  },
  {
    key: "type",
    header: "Type",
    cell: (row) => row.extension || row.type,
    sortValue: (row) => row.extension || row.type,
  },
  {
    key: "endpoints",
    header: "Endpoints",
    cell: (row) => <Follow text="Show" onFollow={() => open("endpoints", row.name)} />,
  },
  {
    key: "object",
    header: "Made by",
    cell: (row) => <ObjectLink of={row.object} field={row.field} />,
    sortValue: (row) => row.destinationRule,
  },
];

/** Columns of `istioctl proxy-config endpoints`, with the proxy's own counters. */
export const endpointColumns = (open: Open): readonly Column<EndpointRow>[] => [
  {
    key: "endpoint",
    header: "Endpoint",
    cell: (row) => cut(row.endpoint),
    sortValue: (row) => row.endpoint,
  },
  {
    key: "status",
    header: "Status",
    cell: ({ status }) => (
      <Status
        status={status === "HEALTHY" ? "ok" : status === "UNKNOWN" ? "unknown" : "warn"}
        label={status}
      />
    ),
    sortValue: (row) => row.status,
  },
  {
    key: "outlier",
    header: "Outlier check",
    cell: ({ outlierCheck }) => (
      <Status status={outlierCheck === "OK" ? "ok" : "fail"} label={outlierCheck} />
    ),
    sortValue: (row) => row.outlierCheck,
  },
  {
    key: "cluster",
    header: "Cluster",
    cell: (row) => <Follow text={row.cluster} onFollow={() => open("clusters", row.cluster)} />,
    sortValue: (row) => row.cluster,
  },
  {
    key: "weight",
    header: "Weight",
    numeric: true,
    className: "max-wide:hidden",
    cell: (row) => formatNumber(row.weight),
  },
  {
    key: "requests",
    header: "Requests",
    numeric: true,
    cell: (row) => formatNumber(row.requests),
    sortValue: (row) => row.requests,
  },
  {
    key: "errors",
    header: "Errors",
    numeric: true,
    cell: (row) => formatNumber(row.errors),
    sortValue: (row) => row.errors,
  },
];
