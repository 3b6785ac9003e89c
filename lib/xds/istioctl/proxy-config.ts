import type { Instant } from "@/lib/base/units";
import { clusterRows } from "../cluster-rows";
import type { ConfigDump, DumpSection } from "../config-dump";
import { dumpedEndpointRows, endpointRows } from "../endpoint-rows";
import { field } from "../field";
import { listenerRows } from "../listener-rows";
import { routeRows } from "../route-rows";
import { secretRows } from "../secret-rows";
import { bootstrapText } from "./bootstrap-text";
import { type ClusterFilter, clusterTable } from "./cluster-table";
import { assignmentTable, type EndpointFilter, endpointTable } from "./endpoint-table";
import { extensionTable } from "./extension-table";
import { type ListenerFilter, listenerTable } from "./listener-table";
import { protoJson, protoJsonText } from "./proto-json";
import { type RouteFilter, routeTable } from "./route-table";
import { secretTable } from "./secret-table";
import { tableText, type TextTable } from "./text-table";

/** The tables of `istioctl proxy-config`. */
export const PROXY_CONFIG_KINDS = [
  "listeners",
  "routes",
  "clusters",
  "endpoints",
  "eds",
  "secrets",
  "ecds",
  "bootstrap",
  "all",
] as const;

/** One table of `istioctl proxy-config`; `eds` is what istiod assigned, `endpoints` what Envoy makes of it. */
export type ProxyConfigKind = (typeof PROXY_CONFIG_KINDS)[number];

/** What a proxy holds: its dump, and the answer to `/clusters?format=json` where that was asked. */
export interface HeldConfig {
  readonly dump: ConfigDump;
  /** The dump as Envoy printed it, with what we do not know; absent where it was not kept. */
  readonly answer?: unknown;
  readonly clusters?: unknown;
}

/** What every table can be narrowed by; absent for everything. */
export interface ProxyConfigFilter {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly type?: ListenerFilter["type"];
  readonly name?: RouteFilter["name"];
  readonly fqdn?: ClusterFilter["fqdn"];
  readonly direction?: ClusterFilter["direction"];
  readonly subset?: ClusterFilter["subset"];
  readonly cluster?: EndpointFilter["cluster"];
  readonly status?: EndpointFilter["status"];
}

/** Blanks between columns: istioctl sets listeners closer than the others. */
const NARROW = 1;
const WIDE = 5;

/** The part of a dump that a table cannot do without; `eds` prints an empty table instead. */
export const NEEDED_SECTION: Readonly<Partial<Record<ProxyConfigKind, DumpSection>>> = {
  listeners: "Listeners",
  routes: "Routes",
  clusters: "Clusters",
  secrets: "Secrets",
  ecds: "Ecds",
  bootstrap: "Bootstrap",
};

/**
 * What `istioctl proxy-config KIND` prints, column for column and value for value; `all` with
 * `withHeaders` as `--with-headers` has it. `now` decides which certificates are valid.
 */
export function proxyConfigText(
  kind: ProxyConfigKind,
  held: HeldConfig,
  filter: ProxyConfigFilter,
  { now, withHeaders = false }: { readonly now: Instant; readonly withHeaders?: boolean },
): string {
  const { dump } = held;
  switch (kind) {
    case "listeners":
      return tableText(listenerTable(listenerRows(dump), filter), NARROW);
    case "routes":
      return tableText(routeTable(routeRows(dump), filter), WIDE);
    case "clusters":
      return tableText(clusterTable(clusterRows(dump), filter), WIDE);
    case "endpoints":
      return tableText(endpointTable(endpointsOf(held), filter), WIDE);
    case "eds":
      return tableText(assignmentTable(dump, filter), WIDE);
    case "secrets":
      return secretText(secretTable(secretRows(dump), now));
    case "ecds":
      return tableText(extensionTable(dump), WIDE);
    case "bootstrap":
      return `${protoJsonText(bootstrapJson(dump))}\n`;
    case "all":
      return allText(dump, filter, { now, withHeaders });
  }
}

/** Envoy's own answer about its endpoints where it was asked, else what istiod assigned. */
const endpointsOf = ({ dump, clusters }: HeldConfig) =>
  Array.isArray(field(clusters, "cluster_statuses"))
    ? endpointRows(clusters)
    : dumpedEndpointRows(dump);

const secretText = (table: TextTable): string =>
  table.rows.length === 0 ? "No active or warming secrets found.\n" : tableText(table, WIDE);

/** The part of a dump that holds the bootstrap, as istioctl prints it. */
export const bootstrapJson = (dump: ConfigDump): unknown =>
  protoJson(dump.sections.get("Bootstrap") ?? {}, "envoy.admin.v3.BootstrapConfigDump");

function allText(
  dump: ConfigDump,
  filter: ProxyConfigFilter,
  { now, withHeaders }: { readonly now: Instant; readonly withHeaders: boolean },
): string {
  const parts: readonly (readonly [string, string])[] = [
    ["BOOTSTRAP INFO", bootstrapText(dump)],
    ["CLUSTER INFO", tableText(clusterTable(clusterRows(dump), filter, true), WIDE)],
    ["LISTENER INFO", tableText(listenerTable(listenerRows(dump), filter, true), NARROW)],
    ["ROUTE INFO", tableText(routeTable(routeRows(dump), filter, true), WIDE)],
    ["SECRET INFO", secretText(secretTable(secretRows(dump), now, true))],
    ["ENDPOINTS INFO", tableText(assignmentTable(dump, filter, true), WIDE)],
  ];
  return parts
    .map(([title, text]) => (withHeaders ? `------ ${title} ------\n\n${text}` : text))
    .join("\n");
}
