/** What the text format and Prometheus' metadata say of a metric. */
export interface MetricFamily {
  readonly type: "counter" | "gauge" | "histogram";
  /** Empty for Envoy's metrics, which have no help. */
  readonly help: string;
}

const of = (type: MetricFamily["type"], names: string): [string, MetricFamily][] =>
  names.split(" ").map((name) => [name, { type, help: "" }]);

const pilot = (
  type: MetricFamily["type"],
  families: Readonly<Record<string, string>>,
): [string, MetricFamily][] =>
  Object.entries(families).map(([name, help]) => [name, { type, help }]);

/** The metrics of the sandbox's targets by name, histograms without their suffixes. */
export const METRIC_FAMILIES: ReadonlyMap<string, MetricFamily> = new Map([
  ...of("counter", "istio_requests_total istio_request_messages_total"),
  ...of("counter", "istio_response_messages_total istio_tcp_connections_opened_total"),
  ...of("counter", "istio_tcp_connections_closed_total istio_tcp_sent_bytes_total"),
  ...of("counter", "istio_tcp_received_bytes_total istio_on_demand_dns_total"),
  ...of(
    "histogram",
    "istio_request_duration_milliseconds istio_request_bytes istio_response_bytes",
  ),
  ...of("gauge", "istio_build"),
  ...of("counter", "envoy_cluster_upstream_cx_total envoy_cluster_upstream_rq_total"),
  ...of(
    "counter",
    "envoy_cluster_upstream_rq envoy_cluster_outlier_detection_ejections_enforced_total envoy_listener_manager_lds_update_rejected",
  ),
  ...of("counter", "envoy_cluster_manager_cds_update_rejected"),
  ...of("counter", "envoy_cluster_manager_cds_update_success"),
  ...of("counter", "envoy_listener_manager_lds_update_success"),
  ...of("gauge", "envoy_server_uptime envoy_server_live envoy_server_concurrency"),
  ...of("gauge", "envoy_cluster_manager_active_clusters envoy_server_state"),
  ...of(
    "gauge",
    "envoy_listener_manager_total_listeners_active envoy_control_plane_connected_state",
  ),
  ...of("gauge", "envoy_cluster_upstream_rq_active envoy_cluster_membership_healthy"),
  ...of("gauge", "envoy_cluster_membership_total envoy_cluster_upstream_cx_active"),
  ...of("gauge", "envoy_cluster_outlier_detection_ejections_active"),
  ...pilot("counter", {
    pilot_xds_pushes: "Pilot build and send errors for lds, rds, cds and eds.",
    pilot_total_xds_rejects: "Total number of XDS responses from pilot rejected by proxy.",
    pilot_total_xds_internal_errors: "Total number of internal XDS errors in pilot.",
    pilot_k8s_cfg_events: "Events from k8s config.",
    pilot_k8s_reg_events: "Events from k8s registry.",
    pilot_inbound_updates: "Total number of updates received by pilot.",
    pilot_push_triggers:
      "Total number of times a push was triggered, labeled by reason for the push.",
    galley_validation_passed: "Resource is valid",
    galley_validation_failed: "Resource validation failed",
    sidecar_injection_requests_total: "Total number of sidecar injection requests.",
    sidecar_injection_success_total: "Total number of successful sidecar injection requests.",
    citadel_server_csr_count: "The number of CSRs received by Citadel server.",
    citadel_server_success_cert_issuance_count:
      "The number of certificates issuances that have succeeded.",
  }),
  ...pilot("gauge", {
    pilot_xds: "Number of endpoints connected to this pilot using XDS.",
    pilot_services: "Total services known to pilot.",
    pilot_virt_services: "Total virtual services known to pilot.",
    pilot_info: "Pilot version and build information.",
    pilot_xds_cds_reject: "Pilot rejected CDS configs.",
    pilot_xds_eds_reject: "Pilot rejected EDS.",
    pilot_xds_lds_reject: "Pilot rejected LDS.",
    pilot_xds_rds_reject: "Pilot rejected RDS.",
    pilot_conflict_inbound_listener: "Number of conflicting inbound listeners.",
    pilot_conflict_outbound_listener_tcp_over_current_tcp:
      "Number of conflicting tcp listeners with current tcp listener.",
    pilot_vservice_dup_domain: "Virtual services with dup domains.",
    pilot_duplicate_envoy_clusters:
      "Duplicate envoy clusters caused by service entries with same hostname",
    pilot_destrule_subsets: "Duplicate subsets across destination rules for same host",
    pilot_no_ip: "Pods not found in the endpoint table, possibly invalid.",
    pilot_eds_no_instances: "Number of clusters without instances.",
    endpoint_no_pod: "Endpoints without an associated pod.",
    pilot_endpoint_not_ready: "Endpoint found in unready state.",
    pilot_dns_cluster_without_endpoints:
      "DNS clusters without endpoints caused by the endpoint field in STRICT_DNS type cluster is not set or the corresponding subset cannot select any endpoint",
    citadel_server_root_cert_expiry_timestamp:
      "The unix timestamp, in seconds, when Citadel root cert will expire.",
    citadel_server_root_cert_expiry_seconds:
      "The time remaining, in seconds, before the root certificate expires.",
    citadel_server_cert_chain_expiry_timestamp:
      "The unix timestamp, in seconds, when Citadel cert chain will expire.",
    istiod_uptime_seconds: "Current istiod server uptime in seconds",
  }),
  ...pilot("histogram", {
    pilot_proxy_convergence_time:
      "Delay in seconds between config change and a proxy receiving all required configuration.",
    pilot_proxy_queue_time: "Time in seconds, a proxy is in the push queue before being dequeued.",
    pilot_xds_push_time: "Total time in seconds Pilot takes to push lds, rds, cds and eds.",
    pilot_debounce_time:
      "Delay in seconds between the first config enters debouncing and the merged push request is pushed into the push queue.",
  }),
]);
