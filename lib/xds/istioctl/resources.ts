import { fieldAt, listField, numberField, textField } from "../field";
import {
  type ConfigDump,
  dumpedClusters,
  dumpedEndpoints,
  type DumpedResource,
  dumpedExtensions,
  dumpedListeners,
  dumpedRoutes,
} from "../config-dump";
import { listenerRows } from "../listener-rows";
import { compareClusterNames, matchesCluster } from "./cluster-table";
import { hasMatchingEndpoint } from "./endpoint-table";
import { matchesListener } from "./listener-table";
import {
  bootstrapOf,
  type HeldConfig,
  type ProxyConfigFilter,
  type ProxyConfigKind,
} from "./proxy-config";
import { protoJson } from "./proto-json";
import { inRouteOrder } from "./route-table";

/** What `istioctl proxy-config KIND -o json` prints: the resources themselves that pass the filter. */
export function proxyConfigJson(
  kind: ProxyConfigKind,
  held: HeldConfig,
  filter: ProxyConfigFilter,
): unknown {
  const { dump } = held;
  switch (kind) {
    case "listeners":
      return messages(listenersOf(dump, filter), "listener");
    case "routes":
      return messages(
        inRouteOrder(
          dumpedRoutes(dump).map((dumped) => ({
            ...dumped,
            name: textField(dumped.resource, "name"),
          })),
        ).filter(({ name }) => !filter.name || name === filter.name),
        "route_config",
      );
    case "clusters":
      return messages(
        dumpedClusters(dump)
          .filter(
            ({ resource, state }) =>
              state !== "warming" && matchesCluster(textField(resource, "name"), filter),
          )
          .sort(byClusterName("name")),
        "cluster",
      );
    case "endpoints":
      return held.clusters === undefined
        ? messages(assignmentsOf(dump, filter), "endpoint_config")
        : protoJson(clusterStatuses(held.clusters, filter));
    case "eds":
      return messages(assignmentsOf(dump, filter), "endpoint_config");
    case "secrets":
      return protoJson(withoutType(dump.sections.get("Secrets")));
    case "ecds":
      return { ecdsFilters: messages(dumpedExtensions(dump), "ecds_filter") };
    case "bootstrap":
      return protoJson(bootstrapOf(dump));
    case "all":
      return held.answer ?? { configs: [...dump.sections.values()] };
  }
}

const messages = (list: readonly DumpedResource[], field: string): readonly unknown[] =>
  list.map(({ resource }) => protoJson(withoutType(resource), field));

/** What a message is stands in the dump only, where it could be anything. */
function withoutType(section: object | undefined): unknown {
  const { "@type": _type, ...rest } = (section ?? {}) as Readonly<Record<string, unknown>>;
  return rest;
}

function listenersOf(dump: ConfigDump, filter: ProxyConfigFilter): readonly DumpedResource[] {
  const rows = listenerRows(dump);
  // A listener without filter chains has no row, and is printed all the same.
  const withRows = new Set(rows.map(({ index }) => index));
  const isNarrowed = Boolean(filter.address ?? filter.port ?? filter.type);
  const shown = new Set(
    rows
      .filter((row) => row.state !== "warming" && matchesListener(row, filter))
      .map(({ index }) => index),
  );
  return dumpedListeners(dump).filter(
    ({ state }, index) =>
      shown.has(index) || (!withRows.has(index) && !isNarrowed && state !== "warming"),
  );
}

/** istioctl's order of what is named after clusters. */
const byClusterName =
  (field: string) =>
  (a: DumpedResource, b: DumpedResource): number =>
    compareClusterNames(textField(a.resource, field), textField(b.resource, field));

const assignmentsOf = (dump: ConfigDump, filter: ProxyConfigFilter) =>
  dumpedEndpoints(dump)
    .filter(({ resource }) => hasMatchingEndpoint(resource, filter))
    .sort(byClusterName("cluster_name"));

/** Statuses of those clusters that have an endpoint which passes the filter. */
const clusterStatuses = (clusters: unknown, filter: ProxyConfigFilter): readonly unknown[] =>
  listField(clusters, "cluster_statuses").filter((status) => {
    const name = textField(status, "name").toLowerCase();
    if (filter.cluster && name !== filter.cluster.toLowerCase()) return false;
    return listField(status, "host_statuses").some((host) => {
      const socket = fieldAt(host, "address", "socket_address");
      const health = textField(fieldAt(host, "health_status"), "eds_health_status") || "UNKNOWN";
      return (
        (!filter.address || textField(socket, "address") === filter.address) &&
        (!filter.port || numberField(socket, "port_value") === filter.port) &&
        (!filter.status || health.toLowerCase() === filter.status.toLowerCase())
      );
    });
  });
