import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { MeshView } from "@/lib/mesh/view";
import type { SimulationClock, TrafficStats } from "@/sandbox/contracts";
import type { ProxyConnection } from "../proxy-connection";
import { sendJson, sendText } from "../http-answer";
import { nodeId } from "./bootstrap";
import { clustersJson, clusterStatuses, clustersText } from "./clusters-page";
import { configDump } from "./config-dump";
import { Loggers } from "./loggers";
import type { WorkloadCertificates } from "./workload-certificates";
import type { ProxyPod } from "../proxy-pod";

/** What the admin page of one Envoy answers from. */
export interface EnvoySetting {
  readonly clock: SimulationClock;
  /** The proxy as it is now; undefined once it is gone. */
  connection(): ProxyConnection | undefined;
  /** The mesh as the proxy has acknowledged it. */
  mesh(): MeshView;
  readonly trafficStats: TrafficStats | undefined;
  certificates(pod: ProxyPod): Promise<WorkloadCertificates>;
}

/** The admin interface of one Envoy, on port 15000 of its pod. */
export function envoyAdmin(setting: EnvoySetting): RequestListener {
  const loggers = new Loggers();
  return (request, response) => {
    const connection = setting.connection();
    if (!connection) {
      sendText(response, 503, "no proxy\n");
      return;
    }
    answer(setting, { loggers, connection, request, response }).catch((error: unknown) => {
      sendText(response, 500, `${String(error)}\n`);
    });
  };
}

interface Exchange {
  readonly loggers: Loggers;
  readonly connection: ProxyConnection;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(setting: EnvoySetting, exchange: Exchange): Promise<void> {
  const { loggers, connection, request, response } = exchange;
  const { pod } = connection;
  const url = new URL(request.url ?? "/", "http://envoy");
  switch (url.pathname) {
    case "/config_dump": {
      const certificates = await setting.certificates(pod);
      const dump = configDump(
        { connection, certificates, mesh: setting.mesh() },
        { includeEds: url.searchParams.has("include_eds") },
      );
      sendJson(response, dump);
      return;
    }
    case "/clusters": {
      const statuses = clusterStatuses(pod, setting.mesh(), setting.trafficStats);
      if (url.searchParams.get("format") === "json") sendJson(response, clustersJson(statuses));
      else sendText(response, 200, clustersText(statuses));
      return;
    }
    case "/logging": {
      if (request.method !== "POST") {
        sendText(response, 405, "Method GET not allowed, POST required.\n");
        return;
      }
      const result = loggers.apply(url.searchParams);
      sendText(response, result.ok ? 200 : 400, result.text);
      return;
    }
    case "/server_info":
      sendJson(response, serverInfo(setting.clock, connection));
      return;
    case "/ready":
      sendText(response, 200, "LIVE\n");
      return;
    case "/stats":
      sendStats(exchange, url.searchParams.get("format") === "json");
      return;
    default:
      sendText(response, 404, `invalid path ${url.pathname}\n`);
  }
}

function serverInfo(clock: SimulationClock, { pod, connectedAt }: ProxyConnection) {
  const uptime = `${Math.floor((clock.now() - connectedAt) / 1000)}s`;
  return {
    version: `sandbox/${pod.version}/Clean/RELEASE/BoringSSL`,
    state: "LIVE",
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    hot_restart_version: "disabled",
    node: { id: nodeId(pod) },
  };
}

function sendStats({ connection, response }: Exchange, json: boolean): void {
  const subscriptions = connection.subscriptions();
  const refused = (type: "CDS" | "LDS"): number => (subscriptions.get(type)?.lastError ? 1 : 0);
  const stats: readonly (readonly [string, string | number])[] = [
    ["cluster_manager.cds.version_text", subscriptions.get("CDS")?.acked?.push.version ?? ""],
    ["cluster_manager.cds.update_rejected", refused("CDS")],
    ["listener_manager.lds.version_text", subscriptions.get("LDS")?.acked?.push.version ?? ""],
    ["listener_manager.lds.update_rejected", refused("LDS")],
    ["server.live", 1],
  ];
  if (json) sendJson(response, { stats: stats.map(([name, value]) => ({ name, value })) });
  else sendText(response, 200, stats.map(([name, value]) => `${name}: ${value}\n`).join(""));
}
