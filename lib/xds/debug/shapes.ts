import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { readSyncz } from "../sync-status";
import { shortTypeName, XDS_TYPES } from "../xds-type";
import { cellText, type DebugTable, entries, fieldTable, genericTable, records } from "./table";

type Shape = (value: unknown) => DebugTable | undefined;

const SHAPES: Readonly<Record<string, Shape>> = {
  syncz,
  adsz: clients,
  connections: clients,
  registryz,
  endpointShardz,
  configz,
  instancesz,
  push_status: pushStatus,
  mesh: fieldTable,
  config_dump: dumpParts,
};

/**
 * The answer of a debug page as rows. Pages whose shape we know (istiod's Go structs) get columns of
 * their own; an answer of another shape, and every other page, is shown field by field.
 */
export function debugTable(page: string, value: unknown): DebugTable {
  return SHAPES[page]?.(value) ?? genericTable(value);
}

function syncz(value: unknown): DebugTable | undefined {
  const reading = readSyncz(value, "");
  if (!reading) return undefined;
  return {
    columns: ["Proxy", ...XDS_TYPES, "Kind", "Version", "Cluster"],
    rows: reading.proxies.map(({ id, types, type = "", version = "", cluster }) => [
      id,
      ...XDS_TYPES.map((name) => STATE_WORDS[types[name].state]),
      ...[type, version, cluster],
    ]),
  };
}

/** istioctl's words. */
const STATE_WORDS = {
  synced: "SYNCED",
  stale: "STALE",
  "not-sent": "NOT SENT",
  ignored: "IGNORED",
  refused: "ERROR",
} as const;

/** `AdsClients`, with or without what they watch. */
function clients(value: unknown): DebugTable | undefined {
  if (!isRecord(value) || !("totalClients" in value)) return undefined;
  return {
    columns: ["Connection", "Address", "Connected at", "Watches"],
    rows: records(value["clients"] ?? value["connected"]).map((client) => [
      ...["connectionId", "address", "connectedAt"].map((field) => cellText(client[field])),
      entries(client["watches"])
        .map(([url, names]) => `${shortTypeName(url)} ${Array.isArray(names) ? names.length : 0}`)
        .join(", "),
    ]),
  };
}

function registryz(value: unknown): DebugTable | undefined {
  if (!Array.isArray(value)) return undefined;
  return {
    columns: [
      "Host",
      "Namespace",
      "Registry",
      "Ports",
      "Resolution",
      "Address",
      "Outside the mesh",
    ],
    rows: records(value).map((service) => {
      const attributes = record(service["Attributes"]);
      return [
        cellText(service["hostname"]),
        cellText(attributes["Namespace"]),
        cellText(attributes["ServiceRegistry"]),
        records(service["ports"])
          .map(({ port, protocol }) => `${cellText(port)}/${cellText(protocol)}`)
          .join(", "),
        resolution(service["Resolution"]),
        cellText(service["defaultAddress"]),
        service["MeshExternal"] === true ? "yes" : "",
      ];
    }),
  };
}

/** `Resolution` of istiod's model, in its own words (pilot/pkg/model/service.go). */
const RESOLUTIONS = ["ClientSide", "DNS", "Passthrough", "DNSRoundRobin", "Alias", "DynamicDNS"];

const resolution = (value: unknown): string =>
  (typeof value === "number" ? RESOLUTIONS[value] : undefined) ?? cellText(value);

/** Host → namespace → shard → endpoints: a row an endpoint; a shard without any keeps a row. */
function endpointShardz(value: unknown): DebugTable | undefined {
  if (!isRecord(value)) return undefined;
  const rows = entries(value).flatMap(([host, namespaces]) =>
    entries(namespaces).flatMap(([namespace, held]) =>
      entries(record(held)["Shards"]).flatMap(([shard, endpoints]) => {
        const place = [host, namespace, shard];
        const found = records(endpoints);
        return found.length === 0
          ? [[...place, "none", "", "", ""]]
          : found.map((each) => [...place, ...endpoint(each)]);
      }),
    ),
  );
  return {
    columns: ["Host", "Namespace", "Shard", "Endpoint", "Workload", "Health", "Locality"],
    rows,
  };
}

/** `HealthStatus` of istiod's model (pilot/pkg/model/service.go); older releases do not write it. */
const HEALTH: Readonly<Record<string, string>> = {
  "1": "healthy",
  "2": "unhealthy",
  "3": "draining",
  "4": "terminating",
};

function endpoint(each: JsonRecord): readonly string[] {
  const addresses = Array.isArray(each["Addresses"]) ? each["Addresses"] : [each["Address"]];
  const health = cellText(each["HealthStatus"]);
  const locality = each["Locality"];
  return [
    addresses.map((address) => `${cellText(address)}:${cellText(each["EndpointPort"])}`).join(", "),
    cellText(each["WorkloadName"]),
    HEALTH[health] ?? health,
    cellText(isRecord(locality) ? locality["Label"] : locality),
  ];
}

function configz(value: unknown): DebugTable | undefined {
  if (!Array.isArray(value)) return undefined;
  return {
    columns: ["Kind", "Namespace", "Name", "Version", "Created"],
    rows: records(value).map((object) => {
      const metadata = record(object["metadata"]);
      return [
        cellText(object["kind"]),
        cellText(metadata["namespace"]),
        cellText(metadata["name"]),
        cellText(object["apiVersion"]),
        cellText(metadata["creationTimestamp"]),
      ];
    }),
  };
}

function instancesz(value: unknown): DebugTable | undefined {
  if (!isRecord(value)) return undefined;
  return {
    columns: ["Proxy", "Service", "Port", "Target port"],
    rows: entries(value).flatMap(([proxy, targets]) =>
      records(targets).map((target) => {
        const port = record(target["Port"]);
        const service = record(target["Service"]);
        return [
          proxy,
          cellText(service["hostname"] ?? target["Service"]),
          cellText(port["ServicePort"] ?? port["port"] ?? port["Port"]),
          cellText(port["TargetPort"]),
        ];
      }),
    ),
  };
}

function pushStatus(value: unknown): DebugTable | undefined {
  if (!isRecord(value)) return undefined;
  return {
    columns: ["Metric", "About", "Proxy", "Message"],
    rows: entries(value).flatMap(([metric, found]) =>
      entries(found).map(([key, event]) => [
        metric,
        key,
        cellText(record(event)["proxy"]),
        cellText(record(event)["message"]),
      ]),
    ),
  };
}

/** The sections of a dump with the names of what they hold. */
function dumpParts(value: unknown): DebugTable | undefined {
  if (!isRecord(value) || !Array.isArray(value["configs"])) return undefined;
  return {
    columns: ["Section", "Holds", "Name"],
    rows: records(value["configs"]).flatMap((section) => {
      const name =
        cellText(section["@type"])
          .split(".")
          .at(-1)
          ?.replace(/ConfigDump$/, "") ?? "";
      // Limited to some types, istiod gives the resources alone.
      if (!/ConfigDump$/.test(cellText(section["@type"]))) return [[name, "", nameOf(section)]];
      return entries(section).flatMap(([list, items]) =>
        records(items).map((item) => [name, list, nameOf(item)]),
      );
    }),
  };
}

/** A resource's name, which stands one or two levels below what a dump lists. */
function nameOf(item: JsonRecord): string {
  const own = item["name"] ?? item["cluster_name"] ?? item["clusterName"];
  if (typeof own === "string") return own;
  for (const child of Object.values(item)) {
    if (!isRecord(child)) continue;
    const name = nameOf(child);
    if (name !== "") return name;
  }
  return "";
}

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
