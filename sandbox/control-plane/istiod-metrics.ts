import type { MeshView } from "@/lib/mesh/view";
import { registry } from "@/lib/mesh/registry";
import type { MetricPoint } from "@/sandbox/contracts";
import type { ProxyConnection } from "./proxy-connection";
import { ISTIO_VERSION } from "./proxy-pod";
import type { PushMetrics } from "./push-metrics";
import { XDS_TYPES } from "./xds-type";

const NONE: MetricPoint["labels"] = {};

/** What istiod's metrics are read from. */
export interface IstiodFacts {
  readonly metrics: PushMetrics;
  readonly connections: readonly ProxyConnection[];
  readonly mesh: MeshView;
}

/** istiod's own metrics, as it exposes them on port 15014. */
export function istiodMetrics({ metrics, connections, mesh }: IstiodFacts): readonly MetricPoint[] {
  const byVersion = new Map<string, number>();
  for (const { pod } of connections) {
    byVersion.set(pod.version, (byVersion.get(pod.version) ?? 0) + 1);
  }
  const { buckets, sum, count } = metrics.histogram();
  return [
    point("istio_build", 1, { component: "pilot", tag: ISTIO_VERSION }),
    ...[...byVersion].map(([version, value]) => point("pilot_xds", value, { version })),
    ...XDS_TYPES.map((type) =>
      point("pilot_xds_pushes", metrics.pushes.get(type) ?? 0, { type: type.toLowerCase() }),
    ),
    ...XDS_TYPES.map((type) =>
      point("pilot_total_xds_rejects", metrics.rejects.get(type) ?? 0, {
        type: type.toLowerCase(),
      }),
    ),
    ...refusals(connections),
    ...buckets.map(({ le, count: value }) =>
      point("pilot_proxy_convergence_time_bucket", value, { le }),
    ),
    point("pilot_proxy_convergence_time_sum", sum),
    point("pilot_proxy_convergence_time_count", count),
    point("pilot_services", mesh.derive(registry).services.length),
    point("pilot_virt_services", mesh.list("VirtualService").length),
  ];
}

/** `pilot_xds_lds_reject` and its like: 1 for each proxy that refuses a type now. */
const refusals = (connections: readonly ProxyConnection[]): MetricPoint[] =>
  connections.flatMap((connection) =>
    [...connection.subscriptions()].flatMap(([type, { lastError }]) =>
      lastError
        ? [
            point(`pilot_xds_${type.toLowerCase()}_reject`, 1, {
              err: "Internal",
              node: `${connection.pod.name}.${connection.pod.namespace}`,
            }),
          ]
        : [],
    ),
  );

/** Label sets by their text, so that each series keeps one object for ever. */
const labelSets = new Map<string, MetricPoint["labels"]>();

function point(name: string, value: number, labels: MetricPoint["labels"] = NONE): MetricPoint {
  const key = JSON.stringify(labels);
  const known = labelSets.get(key) ?? labels;
  labelSets.set(key, known);
  return { name, value, labels: known };
}

/** The metrics in Prometheus' text format. */
export const metricsText = (points: readonly MetricPoint[]): string =>
  points
    .map(({ name, labels, value }) => {
      const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
      return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
    })
    .join("");
