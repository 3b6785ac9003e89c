import { fieldAt, listField, numberField, textField } from "../field";
import {
  type ConfigDump,
  dumpedClusters,
  dumpedEndpoints,
  type DumpedResource,
  dumpedListeners,
  dumpedRoutes,
} from "../config-dump";
import { listenerRows } from "../listener-rows";
import { compareClusterNames, matchesCluster } from "./cluster-table";
import { withMatchingEndpoints } from "./endpoint-table";
import { matchesListener } from "./listener-table";
import {
  bootstrapJson,
  type HeldConfig,
  type ProxyConfigFilter,
  type ProxyConfigKind,
} from "./proxy-config";
import { protoJson, XDS_MESSAGES } from "./proto-json";
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
      return messages(listenersOf(dump, filter), XDS_MESSAGES.Listeners);
    case "routes":
      return messages(
        inRouteOrder(
          dumpedRoutes(dump).map((dumped) => ({
            ...dumped,
            name: textField(dumped.resource, "name"),
          })),
        ).filter(({ name }) => !filter.name || name === filter.name),
        XDS_MESSAGES.Routes,
      );
    case "clusters":
      return messages(
        dumpedClusters(dump)
          .filter(
            ({ resource, state }) =>
              state !== "warming" && matchesCluster(textField(resource, "name"), filter),
          )
          .sort(byClusterName("name")),
        XDS_MESSAGES.Clusters,
      );
    case "endpoints":
      return held.clusters === undefined
        ? messages(assignmentsOf(dump, filter), XDS_MESSAGES.Endpoints)
        : clusterStatuses(held.clusters, filter).map((status) =>
            protoJson(status, `${ADMIN}ClusterStatus`),
          );
    case "eds":
      return messages(assignmentsOf(dump, filter), XDS_MESSAGES.Endpoints);
    case "secrets":
      return protoJson(dump.sections.get("Secrets") ?? {}, `${ADMIN}SecretsConfigDump`);
    case "ecds":
      return protoJson(dump.sections.get("Ecds") ?? {}, `${ADMIN}EcdsConfigDump`);
    case "bootstrap":
      return bootstrapJson(dump);
    case "all":
      return held.answer ?? { configs: [...dump.sections.values()] };
  }
}

const ADMIN = "envoy.admin.v3.";

/** What each resource is told as, whatever its `@type` says: istioctl does the same. */
const messages = (list: readonly DumpedResource[], message: string): readonly unknown[] =>
  list.map(({ resource }) => protoJson(resource, message));

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
    .flatMap((dumped) => {
      const resource = withMatchingEndpoints(dumped.resource, filter);
      return resource ? [{ ...dumped, resource }] : [];
    })
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
