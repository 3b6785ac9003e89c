import type { MeshView } from "@/lib/mesh/view";
import type { MetricPoint, TrafficStats } from "@/sandbox/contracts";
import { type ExposedPoint, expositionText } from "@/sandbox/exposition";
import type { ProxyConnection } from "../proxy-connection";
import type { XdsType } from "../xds-type";
import { clusterStatuses } from "./clusters-page";

/** One statistic under Envoy's own name; a text where Envoy has a text. */
export interface EnvoyStat {
  readonly name: string;
  readonly value: number | string;
  readonly type: "counter" | "gauge" | "text";
}

/** What the statistics of one Envoy are read from. */
export interface StatsSource {
  readonly connection: ProxyConnection;
  readonly mesh: MeshView;
  readonly trafficStats: TrafficStats | undefined;
  /** ms since the epoch */
  readonly now: number;
}

const UPDATES: readonly (readonly [XdsType, string])[] = [
  ["CDS", "cluster_manager.cds"],
  ["LDS", "listener_manager.lds"],
];

/** The statistics that Istio lets an Envoy keep: of its configuration, of the server and of each upstream. */
export function envoyStats(source: StatsSource): readonly EnvoyStat[] {
  const { connection, mesh, trafficStats, now } = source;
  const subscriptions = connection.subscriptions();
  const texts: EnvoyStat[] = [];
  const numbers: EnvoyStat[] = [];
  const counter = (name: string, value: number) => numbers.push({ name, value, type: "counter" });
  const gauge = (name: string, value: number) => numbers.push({ name, value, type: "gauge" });
  for (const [type, prefix] of UPDATES) {
    const subscription = subscriptions.get(type);
    const { accepted = 0, refused = 0 } = connection.answers().get(type) ?? {};
    texts.push({
      name: `${prefix}.version_text`,
      value: subscription?.acked?.push.version ?? "",
      type: "text",
    });
    counter(`${prefix}.update_rejected`, refused);
    counter(`${prefix}.update_success`, accepted);
    gauge(`${prefix}.version`, subscription?.acked?.push.number ?? 0);
  }
  counter("cluster.xds-grpc;.upstream_rq_total", 1);
  gauge("cluster.xds-grpc;.upstream_cx_active", 1);
  gauge("control_plane.connected_state", 1);
  gauge("server.concurrency", 2);
  gauge("server.live", 1);
  gauge("server.state", 0);
  gauge("server.uptime", Math.floor((now - connection.connectedAt) / 1000));
  const statuses = clusterStatuses(connection.pod, mesh, trafficStats);
  gauge("cluster_manager.active_clusters", statuses.length);
  for (const { name, hosts } of statuses) {
    const requests = hosts.reduce((sum, host) => sum + host.requests, 0);
    if (requests === 0) continue;
    const errors = hosts.reduce((sum, host) => sum + host.errors, 0);
    counter(`cluster.${name};.upstream_rq_total`, requests);
    counter(`cluster.${name};.upstream_rq_5xx`, errors);
    counter(`cluster.${name};.upstream_rq_2xx`, requests - errors);
    const ejected = hosts.filter((host) => host.ejected).length;
    counter(`cluster.${name};.upstream_cx_total`, hosts.filter((host) => host.requests > 0).length);
    gauge(
      `cluster.${name};.upstream_cx_active`,
      hosts.reduce((sum, one) => sum + one.active, 0),
    );
    gauge(`cluster.${name};.outlier_detection.ejections_active`, ejected);
    gauge(`cluster.${name};.membership_healthy`, hosts.length - ejected);
    gauge(`cluster.${name};.membership_total`, hosts.length);
  }
  const byName = (a: EnvoyStat, b: EnvoyStat) => (a.name < b.name ? -1 : 1);
  return [...texts.sort(byName), ...numbers.sort(byName)];
}

/** `/stats`: those whose name matches `filter`, one a line. */
export const statsText = (stats: readonly EnvoyStat[]): string =>
  stats
    .map(
      ({ name, value }) =>
        `${name}: ${typeof value === "string" ? JSON.stringify(value) : value}\n`,
    )
    .join("");

/** Envoy's name of a statistic as Prometheus may have it, with the cluster's name as a label. */
function exposed({ name, value, type }: EnvoyStat): ExposedPoint[] {
  if (typeof value === "string" || type === "text") return [];
  const ofCluster = /^cluster\.(.+);\.([\w.]+)$/.exec(name);
  const whole = ofCluster ? `cluster.${ofCluster[2] ?? ""}` : name;
  // Istio's proxies make a label of the class of an answer too.
  const ofClass = /^(.+_rq)_(\dxx)$/.exec(whole);
  const metric = ofClass?.[1] ?? whole;
  return [
    {
      name: `envoy_${metric.replaceAll(/[^a-zA-Z0-9_]/g, "_")}`,
      labels: {
        ...(ofClass && { response_code_class: ofClass[2] ?? "" }),
        ...(ofCluster && { cluster_name: ofCluster[1] ?? "" }),
      },
      value,
    },
  ];
}

/** `/stats/prometheus`: Envoy's own and Istio's metrics. */
export const statsPrometheus = (
  stats: readonly EnvoyStat[],
  metrics: Iterable<MetricPoint>,
): string => expositionText([...metrics, ...stats.flatMap(exposed)]);
