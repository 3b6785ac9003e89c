import type { RequestListener, ServerResponse } from "node:http";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { configDump } from "./envoy/config-dump";
import type { WorkloadCertificates } from "./envoy/workload-certificates";
import { sendJson, sendText } from "./http-answer";
import { istiodMetrics, metricsText } from "./istiod-metrics";
import type { ProxyConnection } from "./proxy-connection";
import { ISTIO_VERSION, type ProxyPod } from "./proxy-pod";
import type { PushMetrics } from "./push-metrics";
import { configz, endpointShardz, registryz } from "./registry-pages";
import { adsClients, connectionList, syncStatus } from "./syncz";

/** What the debug pages of one istiod are made from. */
export interface IstiodSetting {
  readonly metrics: PushMetrics;
  /** The proxies that are connected to this istiod. */
  connections(): readonly ProxyConnection[];
  /** The mesh as istiod knows it. */
  mesh(): MeshView;
  certificates(pod: ProxyPod): Promise<WorkloadCertificates>;
}

type Page = (setting: IstiodSetting, response: ServerResponse, url: URL) => void | Promise<void>;

const json =
  (make: (setting: IstiodSetting, url: URL) => unknown): Page =>
  (setting, response, url) => {
    sendJson(response, make(setting, url), url.searchParams.has("pretty"));
  };

const DEBUG_PAGES: Readonly<Record<string, Page>> = {
  adsz: json((setting) => adsClients(setting.connections())),
  configz: json((setting) => configz(setting.mesh())),
  config_dump: proxyDump,
  connections: json((setting) => connectionList(setting.connections())),
  endpointShardz: json((setting) => endpointShardz(setting.mesh())),
  endpointz: json((setting) => endpointShardz(setting.mesh())),
  list: json(() => pageNames()),
  mesh: json((setting) => setting.mesh().derive(meshConfig)),
  push_status: json(() => ({})),
  registryz: json((setting) => registryz(setting.mesh())),
  syncz: json((setting, url) => {
    const namespace = url.searchParams.get("namespace");
    return setting
      .connections()
      .filter(({ pod }) => !namespace || pod.namespace === namespace)
      .map(syncStatus);
  }),
};

const pageNames = (): readonly string[] => Object.keys(DEBUG_PAGES);

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ...Object.entries(DEBUG_PAGES).map(([name, page]) => [`/debug/${name}`, page] as const),
  [
    "/debug",
    (_setting, response) => {
      const items = pageNames().map((name) => `<li><a href="/debug/${name}">${name}</a></li>`);
      response.writeHead(200, { "content-type": "text/html" });
      response.end(`<h1>Pilot Debug Console</h1><ul>${items.join("")}</ul>`);
    },
  ],
  [
    "/version",
    (_setting, response) => {
      sendText(response, 200, `${ISTIO_VERSION}-sandbox-Clean`);
    },
  ],
  [
    "/ready",
    (_setting, response) => {
      sendText(response, 200, "");
    },
  ],
  [
    "/metrics",
    (setting, response) => {
      const facts = { ...setting, connections: setting.connections(), mesh: setting.mesh() };
      sendText(response, 200, metricsText(istiodMetrics(facts)));
    },
  ],
]);

/** The debug pages of one istiod, for its ports 15014 and 8080. */
export function istiodServer(setting: IstiodSetting): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://istiod");
    const page = PAGES.get(url.pathname);
    if (!page) {
      sendText(response, 404, "404 page not found\n");
      return;
    }
    Promise.resolve(page(setting, response, url)).catch((error: unknown) => {
      sendText(response, 500, `${String(error)}\n`);
    });
  };
}

/** What istiod would send: made from the mesh as it is now, in the shape of an Envoy's own dump. */
async function proxyDump(
  setting: IstiodSetting,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const proxyId = url.searchParams.get("proxyID");
  if (!proxyId) {
    sendText(response, 400, "You must provide a proxyID in the query string\n");
    return;
  }
  const connection = setting.connections().find(({ id }) => id.includes(proxyId));
  if (!connection) {
    sendText(
      response,
      404,
      "Proxy not connected to this Pilot instance. It may be connected to another instance.\n",
    );
    return;
  }
  const certificates = await setting.certificates(connection.pod);
  const source = { connection, certificates, mesh: setting.mesh() };
  sendJson(
    response,
    configDump(source, { includeEds: url.searchParams.has("include_eds") }),
    url.searchParams.has("pretty"),
  );
}
