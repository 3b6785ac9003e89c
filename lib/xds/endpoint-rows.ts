import { type ConfigDump, dumpedEndpoints } from "./config-dump";
import { field, fieldAt, listField, numberField, recordField, textField } from "./field";

/** One endpoint of one cluster: a row of `istioctl proxy-config endpoints`. */
export interface EndpointRow {
  /** `10.244.1.10:9080`, `unix://…` or `envoy://…`. */
  readonly endpoint: string;
  /** Envoy's word: `HEALTHY`, `UNHEALTHY`, `DRAINING`, … */
  readonly status: string;
  /** istioctl's word: `OK`, or `FAILED` for an endpoint that outlier detection ejected. */
  readonly outlierCheck: "OK" | "FAILED";
  readonly cluster: string;
  /** Share among its neighbours, where more than one. */
  readonly weight: number | undefined;
  /** Requests sent since the proxy's start; null where it was not asked. */
  readonly requests: number | null;
  /** Of those, how many failed; null where it was not asked. */
  readonly errors: number | null;
}

/** The endpoints of `/clusters?format=json`, with the counters that Envoy keeps for each. */
export const endpointRows = (clusters: unknown): readonly EndpointRow[] =>
  listField(clusters, "cluster_statuses").flatMap((status) =>
    listField(status, "host_statuses").map((host) => {
      const health = fieldAt(host, "health_status");
      const counter = counters(host);
      return {
        endpoint: addressText(fieldAt(host, "address")),
        status: textField(health, "eds_health_status") || "UNKNOWN",
        outlierCheck: field(health, "failed_outlier_check") === true ? "FAILED" : "OK",
        cluster: textField(status, "name"),
        weight: numberField(host, "weight"),
        requests: counter("rq_total"),
        errors: counter("rq_error"),
      } satisfies EndpointRow;
    }),
  );

/** Envoy leaves a counter's value out while it is zero. */
const counters = (host: unknown): ((name: string) => number) => {
  const values = new Map(
    listField(host, "stats").map((stat) => [
      textField(stat, "name"),
      numberField(stat, "value") ?? 0,
    ]),
  );
  return (name) => values.get(name) ?? 0;
};

/** The endpoints of a dump that was asked with `include_eds`; without counters. */
export const dumpedEndpointRows = (dump: ConfigDump): readonly EndpointRow[] =>
  dumpedEndpoints(dump).flatMap(({ resource }) =>
    listField(resource, "endpoints").flatMap((locality) =>
      listField(locality, "lb_endpoints").map((entry) => ({
        endpoint: addressText(fieldAt(entry, "endpoint", "address")),
        status: textField(entry, "health_status") || "UNKNOWN",
        outlierCheck: "OK" as const,
        cluster: textField(resource, "cluster_name"),
        weight: numberField(entry, "load_balancing_weight"),
        requests: null,
        errors: null,
      })),
    ),
  );

function addressText(address: unknown): string {
  const socket = recordField(address, "socket_address");
  if (socket) return `${textField(socket, "address")}:${numberField(socket, "port_value") ?? 0}`;
  const path = textField(fieldAt(address, "pipe"), "path");
  if (path) return `unix://${path}`;
  const internal = fieldAt(address, "envoy_internal_address");
  return `envoy://${textField(internal, "server_listener_name")}/${textField(internal, "endpoint_id")}`;
}
