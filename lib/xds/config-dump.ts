import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { field, listField, recordField } from "./field";

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

/** One resource of a dump with when the proxy took it over. */
export interface DumpedResource {
  readonly resource: JsonRecord;
  /** ISO 8601, as Envoy prints it; empty where it does not. */
  readonly lastUpdated: string;
  /** What Envoy said when it refused a newer version of this resource; empty where it did not. */
  readonly error: string;
}

/** A configuration dump of an Envoy, its parts found by their types. Unknown parts are kept aside. */
export interface ConfigDump {
  readonly sections: ReadonlyMap<string, JsonRecord>;
}

/** Reads the answer to `/config_dump`; undefined when it is none. */
export function readConfigDump(answer: unknown): ConfigDump | undefined {
  const configs = field(answer, "configs");
  if (!Array.isArray(configs)) return undefined;
  const sections = new Map<string, JsonRecord>();
  for (const config of configs) {
    if (!isRecord(config)) continue;
    const name = /\.v\d\w*\.(\w+)ConfigDump$/.exec(String(config["@type"]))?.[1];
    if (name) sections.set(name, config);
  }
  return { sections };
}

const resourcesOf = (
  section: JsonRecord | undefined,
  lists: readonly string[],
  name: string,
): readonly DumpedResource[] =>
  lists.flatMap((list) =>
    listField(section, list).flatMap((item) => {
      const resource = recordField(item, name);
      return resource ? [{ resource, lastUpdated: updated(item), error: "" }] : [];
    }),
  );

function updated(item: unknown): string {
  const time = field(item, "last_updated");
  return typeof time === "string" ? time : "";
}

/** Every cluster, those of the bootstrap first. */
export const dumpedClusters = ({ sections }: ConfigDump): readonly DumpedResource[] =>
  resourcesOf(
    sections.get("Clusters"),
    ["static_clusters", "dynamic_active_clusters", "dynamic_warming_clusters"],
    "cluster",
  );

/** Every route configuration. */
export const dumpedRoutes = ({ sections }: ConfigDump): readonly DumpedResource[] =>
  resourcesOf(
    sections.get("Routes"),
    ["dynamic_route_configs", "static_route_configs"],
    "route_config",
  );

/** Every assignment of endpoints to a cluster; empty where the dump was asked without them. */
export const dumpedEndpoints = ({ sections }: ConfigDump): readonly DumpedResource[] =>
  resourcesOf(
    sections.get("Endpoints"),
    ["static_endpoint_configs", "dynamic_endpoint_configs"],
    "endpoint_config",
  );

/** Every listener: those of the bootstrap, and those that are active (or warm up, where none is). */
export function dumpedListeners({ sections }: ConfigDump): readonly DumpedResource[] {
  const section = sections.get("Listeners");
  const dynamic = listField(section, "dynamic_listeners").flatMap((item) => {
    const state = recordField(item, "active_state") ?? recordField(item, "warming_state");
    const resource = recordField(state, "listener");
    const details = field(recordField(item, "error_state"), "details");
    return resource
      ? [
          {
            resource,
            lastUpdated: updated(state),
            error: typeof details === "string" ? details : "",
          },
        ]
      : [];
  });
  return [...dynamic, ...resourcesOf(section, ["static_listeners"], "listener")];
}
