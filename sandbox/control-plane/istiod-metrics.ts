import type { MeshView } from "@/lib/mesh/view";
import type { MetricPoint, ResourceReview } from "@/sandbox/contracts";
import type { ProxyConnection } from "./proxy-connection";
import { ISTIO_VERSION } from "./proxy-pod";
import { meshGauges } from "./mesh-gauges";
import type { HistogramReading, PushMetrics } from "./push-metrics";
import { XDS_TYPES } from "./xds-type";

const NONE: MetricPoint["labels"] = {};

/** What istiod's metrics are read from. Times are ms since the epoch. */
export interface IstiodFacts {
  readonly metrics: PushMetrics;
  readonly connections: readonly ProxyConnection[];
  readonly mesh: MeshView;
  readonly now: number;
  readonly startedAt: number;
  /** When the mesh's root certificate ends. */
  readonly rootEnd: number;
  /** What its webhook said. */
  readonly reviews: readonly (ResourceReview & { readonly count: number })[];
}

/** istiod's own metrics, as it exposes them on port 15014. */
export function istiodMetrics(facts: IstiodFacts): readonly MetricPoint[] {
  const { metrics, connections, mesh, now } = facts;
  const byVersion = new Map<string, number>();
  for (const { pod } of connections) {
    byVersion.set(pod.version, (byVersion.get(pod.version) ?? 0) + 1);
  }
  const secondsLeft = (facts.rootEnd - now) / 1000;
  const { faulty, services } = mesh.derive(meshGauges);
  return [
    point("istio_build", 1, { component: "pilot", tag: ISTIO_VERSION }),
    point("pilot_info", 1, { version: ISTIO_VERSION }),
    point("istiod_uptime_seconds", (now - facts.startedAt) / 1000),
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
    ...[...metrics.triggers].map(([type, value]) => point("pilot_push_triggers", value, { type })),
    ...histogram("pilot_proxy_convergence_time", metrics.histogram()),
    ...histogram("pilot_proxy_queue_time", metrics.queueTime()),
    // Nothing of the sandbox's own ever fails to generate what it sends.
    point("pilot_total_xds_internal_errors", 0),
    ...[...metrics.pushTime()].flatMap(([type, reading]) =>
      histogram("pilot_xds_push_time", reading, { type: type.toLowerCase() }),
    ),
    point("pilot_services", services),
    point("pilot_virt_services", mesh.list("VirtualService").length),
    ...Object.entries(faulty).map(([name, value]) => point(name, value)),
    ...facts.reviews.map(reviewed),
    point("citadel_server_csr_count", metrics.connected),
    point("citadel_server_success_cert_issuance_count", metrics.connected),
    point("sidecar_injection_requests_total", metrics.connected),
    point("sidecar_injection_success_total", metrics.connected),
    point("citadel_server_root_cert_expiry_timestamp", facts.rootEnd / 1000),
    point("citadel_server_root_cert_expiry_seconds", secondsLeft),
    point("citadel_server_cert_chain_expiry_timestamp", facts.rootEnd / 1000),
  ];
}

const reviewed = ({ passed, count, ...resource }: IstiodFacts["reviews"][number]): MetricPoint =>
  passed
    ? point("galley_validation_passed", count, resource)
    : point("galley_validation_failed", count, { ...resource, reason: "invalid_resource" });

function histogram(
  name: string,
  { buckets, sum, count }: HistogramReading,
  labels: MetricPoint["labels"] = NONE,
): MetricPoint[] {
  return [
    ...buckets.map(({ le, count: value }) => point(`${name}_bucket`, value, { ...labels, le })),
    point(`${name}_sum`, sum, labels),
    point(`${name}_count`, count, labels),
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
