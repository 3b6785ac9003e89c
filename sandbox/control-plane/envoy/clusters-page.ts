import type { MeshView } from "@/lib/mesh/view";
import type { EndpointStats, TrafficStats } from "@/sandbox/contracts";
import type { ProxyPod } from "../proxy-pod";
import { clusters } from "./clusters";
import { loadAssignments } from "./load-assignments";
import { type Json, socket } from "./parts";

interface HostStatus {
  readonly address: string;
  readonly port: number;
  readonly requests: number;
  readonly errors: number;
  readonly active: number;
  readonly ejected: boolean;
}

/** One cluster of an Envoy with its counters. */
export interface ClusterStatus {
  readonly name: string;
  /** Of the default priority. */
  readonly limits: Json;
  readonly hosts: readonly HostStatus[];
}

/** What Envoy takes where nothing else is configured. */
const ENVOY_LIMITS: Json = {
  max_connections: 1024,
  max_pending_requests: 1024,
  max_requests: 1024,
  max_retries: 3,
};

const UNUSED: EndpointStats = { requests: 0, errors: 0, active: 0, ejected: false };

function limitsOf(cluster: Json): Json {
  const breakers = cluster["circuit_breakers"] as { thresholds?: readonly Json[] } | undefined;
  const given = breakers?.thresholds?.[0] ?? {};
  return Object.fromEntries(
    Object.entries(ENVOY_LIMITS).map(([name, value]) => [name, given[name] ?? value]),
  );
}

const limitLines = (prefix: string, limits: Json): string[] =>
  Object.entries(limits).map(([name, value]) => `${prefix}::${name}::${String(value)}`);

/** The endpoints of every cluster that Envoy keeps counters for. */
export function clusterStatuses(
  pod: ProxyPod,
  mesh: MeshView,
  stats: TrafficStats | undefined,
): readonly ClusterStatus[] {
  const assignments = new Map(
    loadAssignments(pod, mesh).map(({ cluster, endpoints }) => [cluster, endpoints]),
  );
  const own = clusters(pod, mesh).map((cluster) => {
    const name = String(cluster["name"]);
    const hosts = (assignments.get(name) ?? []).map(({ address, port }) => ({
      address,
      port,
      ...(stats?.endpoint(pod, name, address) ?? UNUSED),
    }));
    return { name, limits: limitsOf(cluster), hosts };
  });
  const local = (name: string, port: number): ClusterStatus => ({
    name,
    limits: ENVOY_LIMITS,
    hosts: [{ address: "127.0.0.1", port, ...UNUSED }],
  });
  return [...own, local("agent", 15020), local("prometheus_stats", 15000)];
}

/** `/clusters?format=json`. Envoy prints numbers as text and leaves zeros out. */
export const clustersJson = (statuses: readonly ClusterStatus[]): Json => ({
  cluster_statuses: statuses.map(({ name, limits, hosts }) => ({
    name,
    added_via_api: name.includes("|") || name.endsWith("Cluster"),
    ...(hosts.length > 0 ? { host_statuses: hosts.map(hostJson) } : {}),
    circuit_breakers: { thresholds: [limits, { priority: "HIGH", ...ENVOY_LIMITS }] },
    observability_name: `${name};`,
    ...(name.startsWith("outbound|") ? { eds_service_name: name } : {}),
  })),
});

const counter = (name: string, value: number): Json => ({
  ...(value > 0 ? { value: String(value) } : {}),
  name,
});

const hostJson = ({ address, port, requests, errors, active, ejected }: HostStatus): Json => ({
  address: socket(address, port),
  stats: [
    counter("cx_connect_fail", 0),
    counter("cx_total", requests > 0 ? 1 : 0),
    counter("rq_error", errors),
    counter("rq_success", requests - errors),
    counter("rq_timeout", 0),
    counter("rq_total", requests),
    { type: "GAUGE", ...counter("cx_active", active) },
    { type: "GAUGE", ...counter("rq_active", active) },
    { type: "GAUGE", name: "rq_pending_active" },
  ],
  health_status: {
    ...(ejected && { failed_outlier_check: true }),
    eds_health_status: "HEALTHY",
  },
  weight: 1,
  locality: {},
});

/** `/clusters` as text: one line a fact. */
export function clustersText(statuses: readonly ClusterStatus[]): string {
  const lines = statuses.flatMap(({ name, limits, hosts }) => [
    `${name}::observability_name::${name};`,
    ...limitLines(`${name}::default_priority`, limits),
    ...limitLines(`${name}::high_priority`, ENVOY_LIMITS),
    `${name}::added_via_api::${name.includes("|")}`,
    ...hosts.flatMap(({ address, port, requests, errors, active, ejected }) => {
      const host = `${name}::${address}:${port}`;
      return [
        `${host}::cx_active::${active}`,
        `${host}::cx_connect_fail::0`,
        `${host}::cx_total::${requests > 0 ? 1 : 0}`,
        `${host}::rq_active::${active}`,
        `${host}::rq_error::${errors}`,
        `${host}::rq_success::${requests - errors}`,
        `${host}::rq_timeout::0`,
        `${host}::rq_total::${requests}`,
        `${host}::hostname::`,
        `${host}::health_flags::${ejected ? "/failed_outlier_check" : "healthy"}`,
        `${host}::weight::1`,
        `${host}::region::`,
        `${host}::zone::`,
        `${host}::sub_zone::`,
        `${host}::canary::false`,
        `${host}::priority::0`,
        `${host}::success_rate::-1`,
        `${host}::local_origin_success_rate::-1`,
      ];
    }),
  ]);
  return `${lines.join("\n")}\n`;
}
