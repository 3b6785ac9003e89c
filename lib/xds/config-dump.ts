import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { field, listField, recordField, textField } from "./field";

/** The parts of a dump, as Envoy names them. */
export const DUMP_SECTIONS = [
  "Bootstrap",
  "Clusters",
  "Endpoints",
  "Listeners",
  "Routes",
  "Secrets",
  "Ecds",
] as const;

/** One part of a dump. */
export type DumpSection = (typeof DUMP_SECTIONS)[number];

/** Whether a resource is in use: `static` ones come from the bootstrap, `warming` ones wait for others. */
export type ResourceState = "active" | "warming" | "static";

/** One resource of a dump with when the proxy took it over. */
export interface DumpedResource {
  readonly resource: JsonRecord;
  /** What the dump calls it; of a secret, the name that was asked for. */
  readonly name: string;
  readonly state: ResourceState;
  /** The version that istiod gave it; empty for what the bootstrap holds. */
  readonly version: string;
  /** ISO 8601, as Envoy prints it; empty where it does not. */
  readonly lastUpdated: string;
  /** What Envoy said when it refused a newer version of this resource; empty where it did not. */
  readonly error: string;
}

/** A configuration dump of an Envoy, its parts found by their types. Unknown parts are kept aside. */
export interface ConfigDump {
  readonly sections: ReadonlyMap<string, JsonRecord>;
}

/**
 * Reads the answer to `/config_dump`; undefined when it is none. Envoy prints extensions in a part
 * for each listener: parts of one type are one part here, their lists together.
 */
export function readConfigDump(answer: unknown): ConfigDump | undefined {
  const configs = field(answer, "configs");
  if (!Array.isArray(configs)) return undefined;
  const sections = new Map<string, JsonRecord>();
  for (const config of configs) {
    if (!isRecord(config)) continue;
    const name = /\.v\d\w*\.(\w+)ConfigDump$/.exec(String(config["@type"]))?.[1];
    if (name) sections.set(name, together(sections.get(name), config));
  }
  return { sections };
}

function together(before: JsonRecord | undefined, config: JsonRecord): JsonRecord {
  if (!before) return config;
  const lists = Object.keys(before)
    .filter((name) => Array.isArray(before[name]) && Array.isArray(config[name]))
    .map((name) => [name, [...listField(before, name), ...listField(config, name)]] as const);
  return { ...before, ...config, ...Object.fromEntries(lists) };
}

const LISTS = {
  Clusters: {
    item: "cluster",
    lists: {
      dynamic_active_clusters: "active",
      dynamic_warming_clusters: "warming",
      static_clusters: "static",
    },
  },
  Routes: {
    item: "route_config",
    lists: { dynamic_route_configs: "active", static_route_configs: "static" },
  },
  Endpoints: {
    item: "endpoint_config",
    lists: { dynamic_endpoint_configs: "active", static_endpoint_configs: "static" },
  },
  Secrets: {
    item: "secret",
    lists: {
      dynamic_warming_secrets: "warming",
      dynamic_active_secrets: "active",
      static_secrets: "static",
    },
  },
  Ecds: { item: "ecds_filter", lists: { ecds_filters: "active" } },
} as const satisfies Partial<
  Record<DumpSection, { item: string; lists: Readonly<Record<string, ResourceState>> }>
>;

function resourcesOf(
  { sections }: ConfigDump,
  section: keyof typeof LISTS,
): readonly DumpedResource[] {
  const { item, lists } = LISTS[section];
  return Object.entries(lists).flatMap(([list, state]) =>
    listField(sections.get(section), list).flatMap((entry) => {
      const resource = recordField(entry, item);
      return resource ? [dumped(resource, entry, { state, error: errorOf(entry) })] : [];
    }),
  );
}

const dumped = (
  resource: JsonRecord,
  entry: unknown,
  { state, error }: Pick<DumpedResource, "state" | "error">,
): DumpedResource => ({
  resource,
  name: textField(entry, "name"),
  state,
  version: textField(entry, "version_info"),
  lastUpdated: textField(entry, "last_updated"),
  error,
});

const errorOf = (entry: unknown): string => textField(recordField(entry, "error_state"), "details");

/** Every cluster, those of the bootstrap last. */
export const dumpedClusters = (dump: ConfigDump): readonly DumpedResource[] =>
  resourcesOf(dump, "Clusters");

/** Every route configuration, those written into listeners last. */
export const dumpedRoutes = (dump: ConfigDump): readonly DumpedResource[] =>
  resourcesOf(dump, "Routes");

/** Every assignment of endpoints to a cluster; empty where the dump was asked without them. */
export const dumpedEndpoints = (dump: ConfigDump): readonly DumpedResource[] =>
  resourcesOf(dump, "Endpoints");

/** Every secret, those that the proxy still waits for first. */
export const dumpedSecrets = (dump: ConfigDump): readonly DumpedResource[] =>
  resourcesOf(dump, "Secrets");

/** Every extension that is discovered apart from its listener. */
export const dumpedExtensions = (dump: ConfigDump): readonly DumpedResource[] =>
  resourcesOf(dump, "Ecds");

/** Every listener: those that are active (or warm up, where none is), then those of the bootstrap. */
export function dumpedListeners({ sections }: ConfigDump): readonly DumpedResource[] {
  const section = sections.get("Listeners");
  const dynamic = listField(section, "dynamic_listeners").flatMap((item) => {
    const active = recordField(item, "active_state");
    const held = active ?? recordField(item, "warming_state");
    const resource = recordField(held, "listener");
    const state = active ? "active" : "warming";
    return resource ? [dumped(resource, held, { state, error: errorOf(item) })] : [];
  });
  const fixed = listField(section, "static_listeners").flatMap((item) => {
    const resource = recordField(item, "listener");
    return resource ? [dumped(resource, item, { state: "static", error: "" })] : [];
  });
  return [...dynamic, ...fixed];
}
