import type { ProxyConnection } from "../proxy-connection";
import { bootstrap } from "./bootstrap";
import type { Json } from "./parts";

/** The Envoy that proxies of the sandbox say they are. */
const ENVOY_VERSION = "1.38.0";

/** `/server_info`; `now` in ms since the epoch. */
export function serverInfo(now: number, { pod, connectedAt }: ProxyConnection): Json {
  const uptime = `${Math.floor((now - connectedAt) / 1000)}s`;
  return {
    version: `sandbox/${ENVOY_VERSION}/Clean/RELEASE/BoringSSL`,
    state: "LIVE",
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    hot_restart_version: "disabled",
    command_line_options: {
      base_id: "0",
      concurrency: 2,
      config_path: "etc/istio/proxy/envoy-rev.json",
      config_yaml: "",
      allow_unknown_static_fields: true,
      admin_address_path: "",
      local_address_ip_version: "v4",
      log_level: "warning",
      component_log_level: "misc:error",
      log_path: "",
      file_flush_interval: "1s",
      drain_time: "45s",
      parent_shutdown_time: "900s",
      mode: "Serve",
      disable_hot_restart: true,
      restart_epoch: 0,
      drain_strategy: "Immediate",
      enable_fine_grain_logging: false,
      enable_core_dump: false,
    },
    node: bootstrap(pod)["node"],
  };
}
