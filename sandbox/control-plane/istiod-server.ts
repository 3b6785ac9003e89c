import type { RequestListener, ServerResponse } from "node:http";
import type { MetricPoint } from "@/sandbox/contracts";
import { expositionText } from "@/sandbox/exposition";
import type { MeshView } from "@/lib/mesh/view";
import { camelCased } from "./camel-case";
import { extensionsOf, shownExtension } from "./envoy/extensions";
import { configDump } from "./envoy/config-dump";
import type { WorkloadCertificates } from "./envoy/workload-certificates";
import { sendJson, sendText } from "./http-answer";
import type { ProxyConnection } from "./proxy-connection";
import { ISTIO_VERSION, type ProxyPod } from "./proxy-pod";
import {
  authorizationz,
  configz,
  injectPage,
  meshPage,
  pushcontext,
  resourcesz,
  telemetryz,
} from "./policy-pages";
import { cacheSizes, cachez, edsz, instancesz, sidecarz } from "./proxy-pages";
import { pushStatus } from "./push-status";
import { endpointShardz, registryz } from "./registry-pages";
import { TYPE_URL, XDS_TYPES, type XdsType } from "./xds-type";
import { adsClients, connectionList, syncStatus } from "./syncz";

/** What the debug pages of one istiod are made from. */
export interface IstiodSetting {
  /** The proxies that are connected to this istiod. */
  connections(): readonly ProxyConnection[];
  /** The mesh as istiod knows it. */
  mesh(): MeshView;
  certificates(pod: ProxyPod): Promise<WorkloadCertificates>;
  /** What it exposes on `/metrics`. */
  metricPoints(): readonly MetricPoint[];
}

type Page = (setting: IstiodSetting, response: ServerResponse, url: URL) => void | Promise<void>;

const json =
  (make: (setting: IstiodSetting, url: URL) => unknown): Page =>
  (setting, response, url) => {
    sendJson(response, make(setting, url), url.searchParams.has("pretty"));
  };

/** A page about one proxy, which `proxyID` names by a part of its connection's id. */
const ofProxy =
  (make: (connection: ProxyConnection, setting: IstiodSetting, url: URL) => unknown): Page =>
  async (setting, response, url) => {
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
    const body = await make(connection, setting, url);
    sendJson(response, body, url.searchParams.has("pretty"));
  };

const DEBUG_PAGES: Readonly<Record<string, Page>> = {
  adsz: json((setting, url) => {
    const proxyId = url.searchParams.get("proxyID") ?? "";
    const found = setting.connections().filter(({ id }) => id.includes(proxyId));
    return adsClients(found, setting.mesh());
  }),
  ambientz: json(() => ({ workloads: null, services: null, policies: null })),
  authorizationz: json((setting) => authorizationz(setting.mesh())),
  cachez: json((setting, url) =>
    url.searchParams.has("sizes")
      ? cacheSizes(setting.connections(), setting.mesh())
      : cachez(setting.connections(), setting.mesh()),
  ),
  clusterz: json(() => [{ id: "Kubernetes", secretName: "", syncStatus: "synced" }]),
  config_dump: ofProxy(istiodDump),
  configz: json((setting) => configz(setting.mesh())),
  connections: json((setting) => connectionList(setting.connections())),
  ecdsz: ofProxy(({ pod }, setting) => {
    const extensions = extensionsOf(pod, setting.mesh()).map(shownExtension);
    return extensions.length > 0 ? camelCased({ configs: extensions }) : {};
  }),
  edsz: ofProxy((connection, setting) => edsz(connection.pod, setting.mesh())),
  endpointShardz: json((setting) => endpointShardz(setting.mesh())),
  endpointz: json((setting) => endpointShardz(setting.mesh())),
  inject: json((setting) => injectPage(setting.mesh())),
  instancesz: json((setting) => instancesz(setting.connections(), setting.mesh())),
  krtz: json(() => []),
  mcsz: json(() => []),
  mesh: json((setting) => meshPage(setting.mesh())),
  // Proxies of the sandbox do not capture DNS, and so have no name table.
  ndsz: ofProxy(() => ({})),
  networkz: json(() => null),
  push_status: json((setting) => pushStatus(setting.mesh())),
  pushcontext: json((setting) => pushcontext(setting.mesh())),
  registryz: json((setting) => registryz(setting.mesh())),
  resourcesz: json(resourcesz),
  sidecarz: ofProxy((connection, setting) => sidecarz(connection, setting.mesh())),
  syncz: json((setting, url) => {
    const namespace = url.searchParams.get("namespace");
    return setting
      .connections()
      .filter(({ pod }) => !namespace || pod.namespace === namespace)
      .map(syncStatus);
  }),
  telemetryz: json((setting) => telemetryz(setting.mesh())),
};
const pageNames = (): readonly string[] =>
  [
    ...Object.keys(DEBUG_PAGES),
    "adsz?push=true",
    "cachez?clear=true",
    "cachez?sizes=true",
    "list",
  ].sort();

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
  ["/debug/list", (setting, response, url) => json(pageNames)(setting, response, url)],
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
      sendText(response, 200, expositionText(setting.metricPoints()));
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

/** Where the resources of a type lie in a dump: section, list, and the way from an entry to them. */
const RESOURCES: Readonly<Partial<Record<XdsType, readonly [string, string, ...string[]]>>> = {
  CDS: ["Clusters", "dynamic_active_clusters", "cluster"],
  LDS: ["Listeners", "dynamic_listeners", "active_state", "listener"],
  RDS: ["Routes", "dynamic_route_configs", "route_config"],
  EDS: ["Endpoints", "dynamic_endpoint_configs", "endpoint_config"],
};

/** What istiod would send: made from the mesh as it is now, in the shape of an Envoy's own dump. */
async function istiodDump(
  connection: ProxyConnection,
  setting: IstiodSetting,
  url: URL,
): Promise<unknown> {
  const certificates = await setting.certificates(connection.pod);
  const source = { connection, certificates, mesh: setting.mesh() };
  const extensions = extensionsOf(connection.pod, source.mesh).map(shownExtension);
  const types = url.searchParams.get("types")?.split(",");
  if (types) {
    const { configs } = configDump(source, { includeEds: true });
    const found = types.flatMap((type) =>
      resourcesOf(type, configs as readonly Dump[], extensions),
    );
    return camelCased(found.length > 0 ? { configs: found } : {});
  }
  const { configs } = configDump(source, { includeEds: url.searchParams.has("include_eds") });
  const sections = (configs as readonly { readonly "@type": string }[])
    .filter((section) => !section["@type"].includes(".EcdsConfig"))
    // istiod knows nothing of what a proxy was started with.
    .map((section) =>
      section["@type"].includes(".BootstrapConfig") ? { "@type": section["@type"] } : section,
    )
    .map(
      ({ static_clusters: _, static_listeners: __, static_route_configs: ___, ...rest }: Dump) =>
        rest,
    );
  const version_info = connection.subscriptions().get("ECDS")?.sent?.push.version;
  const ofExtensions = {
    "@type": "type.googleapis.com/envoy.admin.v3.EcdsConfigDump",
    ecds_filters: extensions.map((ecds_filter) => ({ version_info, ecds_filter })),
  };
  const last = extensions.length > 0 ? [ofExtensions] : [];
  return camelCased({ configs: [...sections, ...last] });
}

type Dump = Readonly<Record<string, unknown>>;

/** What istiod sends of one type, by its short name or its URL: the resources alone, in no section. */
function resourcesOf(
  asked: string,
  configs: readonly Dump[],
  extensions: readonly unknown[],
): readonly unknown[] {
  const type = XDS_TYPES.find((one) => one.toLowerCase() === asked || TYPE_URL[one] === asked);
  if (type === "ECDS") return extensions;
  const place = type && RESOURCES[type];
  if (!place) return [];
  const [section, list, ...way] = place;
  const found = configs.find((each) => String(each["@type"]).includes(`.${section}Config`));
  const entries = (found?.[list] ?? []) as readonly Dump[];
  return entries.map((entry) => way.reduce<unknown>((value, step) => (value as Dump)[step], entry));
}
