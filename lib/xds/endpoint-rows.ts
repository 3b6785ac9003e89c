import { type ConfigDump, dumpedEndpoints } from "./config-dump";
import { field, fieldAt, listField, numberField, recordField, textField } from "./field";

/** One endpoint of one cluster: a row of `istioctl proxy-config endpoints`. */
export interface EndpointRow {
  /** `10.244.1.10:9080`, `unix://…`, `envoy://…`, or `unknown`. */
  readonly endpoint: string;
  /** The same without the port. */
  readonly address: string;
  /** 0 where it has none. */
  readonly port: number;
  /** `region/zone/subzone`, as far as it is known. */
  readonly locality: string;
  /** Whether the proxy may encrypt to it as workloads of the mesh do; undefined where it is not said. */
  readonly isMeshTls: boolean | undefined;
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
        ...addressOf(fieldAt(host, "address")),
        locality: localityText(fieldAt(host, "locality")),
        isMeshTls: undefined,
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
        ...addressOf(fieldAt(entry, "endpoint", "address")),
        locality: localityText(fieldAt(locality, "locality")),
        isMeshTls: meshTls(entry),
        status: textField(entry, "health_status") || "UNKNOWN",
        outlierCheck: "OK" as const,
        cluster: textField(resource, "cluster_name"),
        weight: numberField(entry, "load_balancing_weight"),
        requests: null,
        errors: null,
      })),
    ),
  );

/** istiod marks the endpoints that speak mutual TLS for Envoy's choice of a transport socket. */
const meshTls = (entry: unknown): boolean =>
  textField(
    fieldAt(entry, "metadata", "filter_metadata", "envoy.transport_socket_match"),
    "tlsMode",
  ) === "istio";

/** `region/zone/subzone`, as istioctl writes it: what follows a missing zone is left out. */
export function localityText(locality: unknown): string {
  const [region = "", zone, subZone] = ["region", "zone", "sub_zone"].map((name) =>
    textField(locality, name),
  );
  if (!zone) return region;
  return subZone ? `${region}/${zone}/${subZone}` : `${region}/${zone}`;
}

function addressOf(address: unknown): Pick<EndpointRow, "endpoint" | "address" | "port"> {
  const socket = recordField(address, "socket_address");
  const path = textField(fieldAt(address, "pipe"), "path");
  const text = socket
    ? textField(socket, "address")
    : path
      ? `unix://${path}`
      : internalAddress(address);
  const port = numberField(socket, "port_value") ?? 0;
  return { endpoint: port === 0 ? text : `${text}:${port}`, address: text, port };
}

/** The address of a listener inside the proxy. */
export function internalAddress(address: unknown): string {
  const found = recordField(address, "envoy_internal_address");
  const listener = textField(found, "server_listener_name");
  return listener ? `envoy://${listener}/${textField(found, "endpoint_id")}` : "unknown";
}
