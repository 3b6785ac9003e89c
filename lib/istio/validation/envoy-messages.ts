/** The JSON type of a field of an Envoy object; `other` where several are read. */
export type EnvoyFieldType = "object" | "list" | "string" | "bool" | "other";

/** One kind of object that an EnvoyFilter patches. */
export interface EnvoyMessage {
  /** Its name as a protobuf message. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, EnvoyFieldType>;
}

const message = (
  name: string,
  fields: Partial<Readonly<Record<EnvoyFieldType, string>>>,
): EnvoyMessage => ({
  name,
  fields: new Map(
    (["object", "list", "string", "bool", "other"] as const).flatMap((type) =>
      (fields[type] ?? "")
        .split(" ")
        .filter(Boolean)
        .map((field) => [field, type] as const),
    ),
  ),
});

/** The objects by `applyTo`, with their own fields. Source: the descriptors of go-control-plane 1.40. */
export const ENVOY_MESSAGES: ReadonlyMap<string, EnvoyMessage> = new Map([
  [
    "CLUSTER",
    message("envoy.config.cluster.v3.Cluster", {
      object:
        "circuit_breakers cluster_type common_http_protocol_options common_lb_config " +
        "dns_failure_refresh_rate dns_resolution_config eds_cluster_config " +
        "http2_protocol_options http_protocol_options lb_subset_config " +
        "least_request_lb_config load_assignment load_balancing_policy lrs_server " +
        "maglev_lb_config metadata original_dst_lb_config outlier_detection " +
        "preconnect_policy queuing_policies ring_hash_lb_config round_robin_lb_config " +
        "stats_matcher track_cluster_stats transport_socket transport_socket_matcher " +
        "typed_dns_resolver_config typed_extension_protocol_options upstream_bind_config " +
        "upstream_config upstream_connection_options upstream_http_protocol_options",
      list:
        "dns_resolvers filters health_checks lrs_report_endpoint_metrics " +
        "transport_socket_matches",
      string: "alt_stat_name name",
      bool:
        "close_connections_on_host_health_failure " +
        "connection_pool_per_downstream_connection ignore_health_on_host_removal " +
        "respect_dns_ttl track_timeout_budgets use_tcp_for_dns_lookups",
      other:
        "cleanup_interval connect_timeout dns_jitter dns_lookup_family dns_refresh_rate " +
        "lb_policy max_requests_per_connection " +
        "per_connection_buffer_high_watermark_timeout per_connection_buffer_limit_bytes " +
        "protocol_selection type wait_for_warm_on_init",
    }),
  ],
  [
    "LISTENER",
    message("envoy.config.listener.v3.Listener", {
      object:
        "address api_listener connection_balance_config default_filter_chain " +
        "deprecated_v1 fcds_config filter_chain_matcher internal_listener metadata " +
        "stats_matcher tcp_keepalive udp_listener_config",
      list: "access_log additional_addresses filter_chains listener_filters socket_options",
      string: "name stat_prefix",
      bool:
        "bypass_overload_manager continue_on_listener_filters_timeout enable_mptcp " +
        "ignore_global_conn_limit reuse_port",
      other:
        "bind_to_port drain_type enable_reuse_port freebind listener_filters_timeout " +
        "max_connections_to_accept_per_socket_event " +
        "per_connection_buffer_high_watermark_timeout per_connection_buffer_limit_bytes " +
        "tcp_backlog_size tcp_fast_open_queue_length traffic_direction transparent " +
        "use_original_dst",
    }),
  ],
  [
    "ROUTE_CONFIGURATION",
    message("envoy.config.route.v3.RouteConfiguration", {
      object: "metadata typed_per_filter_config vhds",
      list:
        "cluster_specifier_plugins internal_only_headers request_headers_to_add " +
        "request_headers_to_remove request_mirror_policies response_headers_to_add " +
        "response_headers_to_remove route_specifiers virtual_hosts",
      string: "name vhost_header",
      bool:
        "ignore_path_parameters_in_path_matching ignore_port_in_host_matching " +
        "most_specific_header_mutations_wins",
      other: "max_direct_response_body_size_bytes validate_clusters",
    }),
  ],
  [
    "FILTER_CHAIN",
    message("envoy.config.listener.v3.FilterChain", {
      object: "filter_chain_match metadata transport_socket",
      list: "filters",
      string: "name",
      other: "transport_socket_connect_timeout use_proxy_proto",
    }),
  ],
  [
    "HTTP_FILTER",
    message("envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter", {
      object: "config_discovery",
      string: "name",
      bool: "disabled is_optional",
      other: "typed_config",
    }),
  ],
  [
    "NETWORK_FILTER",
    message("envoy.config.listener.v3.Filter", {
      object: "config_discovery",
      string: "name",
      other: "typed_config",
    }),
  ],
  [
    "VIRTUAL_HOST",
    message("envoy.config.route.v3.VirtualHost", {
      object: "cors hedge_policy matcher metadata retry_policy typed_per_filter_config",
      list:
        "domains rate_limits request_headers_to_add request_headers_to_remove " +
        "request_mirror_policies response_headers_to_add response_headers_to_remove " +
        "route_specifiers routes virtual_clusters",
      string: "name",
      bool:
        "include_attempt_count_in_response include_is_timeout_retry_header " +
        "include_request_attempt_count",
      other:
        "per_request_buffer_limit_bytes request_body_buffer_limit require_tls " +
        "retry_policy_typed_config",
    }),
  ],
  [
    "HTTP_ROUTE",
    message("envoy.config.route.v3.Route", {
      object:
        "decorator direct_response filter_action match metadata non_forwarding_action " +
        "redirect route tracing typed_per_filter_config",
      list:
        "request_headers_to_add request_headers_to_remove response_headers_to_add " +
        "response_headers_to_remove route_specifiers",
      string: "name stat_prefix",
      other: "per_request_buffer_limit_bytes request_body_buffer_limit",
    }),
  ],
  [
    "EXTENSION_CONFIG",
    message("envoy.config.core.v3.TypedExtensionConfig", {
      string: "name",
      other: "typed_config",
    }),
  ],
  [
    "BOOTSTRAP",
    message("envoy.config.bootstrap.v3.Bootstrap", {
      object:
        "admin application_log_config certificate_provider_instances cluster_manager " +
        "default_config_source default_regex_engine deferred_stat_options " +
        "dns_resolution_config dynamic_resources grpc_async_client_manager_config " +
        "hds_config layered_runtime listener_manager memory_allocator_manager node " +
        "overload_manager static_resources stats_config tracing typed_dns_resolver_config " +
        "watchdog watchdogs xds_config_tracker_extension xds_delegate_extension",
      list:
        "bootstrap_extensions config_sources fatal_actions inline_headers " +
        "node_context_params stats_sinks",
      string: "default_socket_interface flags_path header_prefix perf_tracing_file_path",
      bool:
        "enable_dispatcher_stats enable_worker_cpu_affinity stats_flush_on_admin " +
        "use_tcp_for_dns_lookups",
      other: "stats_eviction_interval stats_flush_interval stats_server_version_override",
    }),
  ],
  [
    "LISTENER_FILTER",
    message("envoy.config.listener.v3.ListenerFilter", {
      object: "config_discovery filter_disabled",
      string: "name",
      other: "typed_config",
    }),
  ],
]);
