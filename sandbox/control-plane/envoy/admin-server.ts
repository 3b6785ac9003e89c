import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { MeshView } from "@/lib/mesh/view";
import type { MetricPoint, SimulationClock, TrafficStats } from "@/sandbox/contracts";
import type { ProxyConnection } from "../proxy-connection";
import { sendJson, sendText } from "../http-answer";
import type { ProxyPod } from "../proxy-pod";
import { certsPage } from "./certs-page";
import { clustersJson, clusterStatuses, clustersText } from "./clusters-page";
import { configDump, listenersOf } from "./config-dump";
import { maskedDump } from "./dump-mask";
import { Loggers } from "./loggers";
import { serverInfo } from "./server-info";
import { envoyStats, statsPrometheus, statsText } from "./stats-page";
import type { WorkloadCertificates } from "./workload-certificates";

/** What the admin page of one Envoy answers from. */
export interface EnvoySetting {
  readonly clock: SimulationClock;
  /** The proxy as it is now; undefined once it is gone. */
  connection(): ProxyConnection | undefined;
  /** The mesh as the proxy has acknowledged it. */
  mesh(): MeshView;
  readonly trafficStats: TrafficStats | undefined;
  certificates(pod: ProxyPod): Promise<WorkloadCertificates>;
  /** Istio's metrics as the proxy counts them. */
  metrics(): Iterable<MetricPoint>;
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
      const refused = error instanceof RE2JSSyntaxException;
      sendText(response, refused ? 400 : 500, `${refused ? "Invalid re2 regex" : String(error)}\n`);
    });
  };
}

/** Where Prometheus scrapes a proxy: ports 15020 and 15090 of its pod. */
export function envoyMetrics(setting: EnvoySetting): RequestListener {
  return (request, response) => {
    const connection = setting.connection();
    const { pathname } = new URL(request.url ?? "/", "http://envoy");
    if (pathname === "/healthz/ready") sendText(response, connection ? 200 : 503, "");
    else if (pathname !== "/stats/prometheus" || !connection) sendText(response, 404, "");
    else sendText(response, 200, prometheusText(setting, connection));
  };
}

interface Exchange {
  readonly loggers: Loggers;
  readonly connection: ProxyConnection;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type Page = (setting: EnvoySetting, exchange: Exchange, query: URLSearchParams) => unknown;

/** By path. What they return is sent as JSON, a text as text; nothing where they answer themselves. */
const PAGES: Readonly<Record<string, Page>> = {
  "/config_dump": dumpPage,
  "/clusters": (setting, { connection }, query) => {
    const statuses = clusterStatuses(connection.pod, setting.mesh(), setting.trafficStats);
    return isJson(query) ? clustersJson(statuses) : clustersText(statuses);
  },
  "/listeners": (setting, { connection }, query) => {
    const listeners = listenersOf(connection.pod, setting.mesh());
    if (isJson(query)) {
      return {
        listener_statuses: listeners.map(({ name, address }) => ({ name, local_address: address })),
      };
    }
    const places = listeners.map(({ name, address }) => `${String(name)}::${placeOf(address)}\n`);
    return places.join("");
  },
  "/logging": (_setting, { loggers, request, response }, query) => {
    if (request.method !== "POST") {
      sendText(response, 405, "Method GET not allowed, POST required.\n");
      return undefined;
    }
    const result = loggers.apply(query);
    sendText(response, result.ok ? 200 : 400, result.text);
    return undefined;
  },
  "/server_info": (setting, { connection }) => serverInfo(setting.clock.now(), connection),
  "/certs": async (setting, { connection }) =>
    certsPage(await setting.certificates(connection.pod), setting.clock.now()),
  "/memory": () => ({
    allocated: "8342808",
    heap_size: "23068672",
    pageheap_unmapped: "0",
    pageheap_free: "6496256",
    total_thread_cache: "4758592",
    total_physical_bytes: "26143550",
  }),
  "/ready": () => "LIVE\n",
  "/hot_restart_version": () => "disabled\n",
  "/runtime": () => ({ layers: [], entries: {} }),
  "/init_dump": () => ({}),
  "/stats": statsPage,
  "/stats/prometheus": (setting, { connection }) => prometheusText(setting, connection),
  "/help": () => `admin commands are:\n${Object.keys(PAGES).join("\n")}\n`,
};

async function answer(setting: EnvoySetting, exchange: Exchange): Promise<void> {
  const url = new URL(exchange.request.url ?? "/", "http://envoy");
  const page = PAGES[url.pathname];
  if (!page) {
    const help = "invalid path. admin commands are:\n";
    sendText(exchange.response, 404, `${help}${Object.keys(PAGES).join("\n")}\n`);
    return;
  }
  const body = await page(setting, exchange, url.searchParams);
  if (typeof body === "string") sendText(exchange.response, 200, body);
  else if (body !== undefined) sendJson(exchange.response, body);
}

const isJson = (query: URLSearchParams): boolean => query.get("format") === "json";

function placeOf(address: unknown): string {
  const { socket_address: place } = address as {
    socket_address?: { address: string; port_value: number };
  };
  return place ? `${place.address}:${place.port_value}` : "";
}

/** @throws RE2JSSyntaxException */
function nameFilter(pattern: string | null): ((name: string) => boolean) | undefined {
  if (!pattern) return undefined;
  const compiled = RE2JS.compile(pattern);
  return (name) => compiled.matcher(name).find();
}

async function dumpPage(
  setting: EnvoySetting,
  { connection, response }: Exchange,
  query: URLSearchParams,
): Promise<unknown> {
  const certificates = await setting.certificates(connection.pod);
  const dump = configDump(
    { connection, certificates, mesh: setting.mesh() },
    { includeEds: query.has("include_eds") },
  );
  const masked = maskedDump(dump, {
    mask: query.get("mask"),
    resource: query.get("resource"),
    matchesName: nameFilter(query.get("name_regex")),
  });
  if (!masked) sendText(response, 404, `${query.get("resource") ?? ""} not found in config dump\n`);
  return masked;
}

function statsPage(
  setting: EnvoySetting,
  { connection }: Exchange,
  query: URLSearchParams,
): unknown {
  if (query.get("format") === "prometheus") return prometheusText(setting, connection);
  const matches = nameFilter(query.get("filter"));
  const used = query.has("usedonly");
  const stats = statsOf(setting, connection)
    .filter(({ name }) => !matches || matches(name))
    .filter(({ value }) => !used || (value !== 0 && value !== ""));
  return isJson(query)
    ? { stats: stats.map(({ name, value }) => ({ name, value })) }
    : statsText(stats);
}

const statsOf = (setting: EnvoySetting, connection: ProxyConnection) =>
  envoyStats({
    connection,
    mesh: setting.mesh(),
    trafficStats: setting.trafficStats,
    now: setting.clock.now(),
  });

const prometheusText = (setting: EnvoySetting, connection: ProxyConnection): string =>
  statsPrometheus(statsOf(setting, connection), setting.metrics());
