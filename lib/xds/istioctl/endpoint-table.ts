import { compareText } from "@/lib/base/compare-text";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { type ConfigDump, dumpedEndpoints } from "../config-dump";
import { type EndpointRow, internalAddress, localityText } from "../endpoint-rows";
import { fieldAt, listField, numberField, recordField, textField } from "../field";
import { compareClusterNames } from "./cluster-table";
import type { TextTable } from "./text-table";

/** What `istioctl proxy-config endpoints` can be narrowed by; absent for everything. */
export interface EndpointFilter {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly cluster?: string | undefined;
  /** Envoy's word for its health, in upper or lower case. */
  readonly status?: string | undefined;
}

/** Whether istioctl would print an endpoint. */
const matchesEndpoint = (
  row: Pick<EndpointRow, "address" | "port" | "cluster" | "status">,
  filter: EndpointFilter,
): boolean =>
  isSame(row.address, filter.address) &&
  (!filter.port || row.port === filter.port) &&
  isSame(row.cluster, filter.cluster) &&
  isSame(row.status, filter.status);

const isSame = (value: string, wanted: string | undefined): boolean =>
  !wanted || value.toLowerCase() === wanted.toLowerCase();

/** The table of `istioctl proxy-config endpoints`, by address, port and cluster. */
export const endpointTable = (
  endpoints: readonly EndpointRow[],
  filter: EndpointFilter,
): TextTable => ({
  columns: ["ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER"],
  rows: endpoints
    .filter((row) => matchesEndpoint(row, filter))
    .sort(
      (a, b) =>
        compareText(a.address, b.address) || a.port - b.port || compareText(a.cluster, b.cluster),
    )
    .map(({ endpoint, status, outlierCheck, cluster }) => [
      endpoint,
      status,
      outlierCheck,
      cluster,
    ]),
});

/**
 * The table of `istioctl proxy-config eds`: what istiod assigned to each cluster, in istioctl's
 * order of clusters. With `named`, that of `istioctl proxy-config all`.
 */
export function assignmentTable(
  dump: ConfigDump,
  filter: EndpointFilter,
  named = false,
): TextTable {
  const rows = dumpedEndpoints(dump)
    .map(({ resource }) => ({ resource, cluster: textField(resource, "cluster_name") }))
    .sort((a, b) => compareClusterNames(a.cluster, b.cluster))
    .flatMap(({ resource, cluster }) =>
      listField(resource, "endpoints").flatMap((group) =>
        listField(group, "lb_endpoints").flatMap((entry) => {
          const { addresses, status, isWanted } = assignedEndpoint(entry, cluster, filter);
          const name = `${named ? "endpoint/" : ""}${addresses.join(",")}`;
          const locality = localityText(fieldAt(group, "locality"));
          return isWanted ? [[name, status, locality, cluster]] : [];
        }),
      ),
    );
  return { columns: ["NAME", "STATUS", "LOCALITY", "CLUSTER"], rows };
}

function assignedEndpoint(entry: unknown, cluster: string, filter: EndpointFilter) {
  const addresses = addressesOf(entry);
  const status = textField(entry, "health_status") || "UNKNOWN";
  const socket = fieldAt(entry, "endpoint", "address", "socket_address");
  const port = numberField(socket, "port_value") ?? 0;
  const isWanted = addresses.some((address) =>
    matchesEndpoint({ address, port, cluster, status }, filter),
  );
  return { addresses, status, isWanted };
}

/**
 * An assignment with those endpoints alone that istioctl would print; undefined where there are none,
 * for then it prints nothing of it.
 */
export function withMatchingEndpoints(
  assignment: JsonRecord,
  filter: EndpointFilter,
): JsonRecord | undefined {
  const cluster = textField(assignment, "cluster_name");
  const groups = listField(assignment, "endpoints").map((group) => ({
    ...(isRecord(group) ? group : {}),
    lb_endpoints: listField(group, "lb_endpoints").filter(
      (entry) => assignedEndpoint(entry, cluster, filter).isWanted,
    ),
  }));
  if (groups.every(({ lb_endpoints }) => lb_endpoints.length === 0)) return undefined;
  return { ...assignment, endpoints: groups };
}

/** Other than for `endpoints`, istioctl writes a pipe without `unix://` and every address of an endpoint. */
const addressesOf = (entry: unknown): readonly string[] =>
  [
    fieldAt(entry, "endpoint", "address"),
    ...listField(fieldAt(entry, "endpoint"), "additional_addresses").map((more) =>
      fieldAt(more, "address"),
    ),
  ].map((address) => {
    const socket = recordField(address, "socket_address");
    if (socket) return `${textField(socket, "address")}:${numberField(socket, "port_value") ?? 0}`;
    const pipe = recordField(address, "pipe");
    return pipe ? textField(pipe, "path") : internalAddress(address);
  });
