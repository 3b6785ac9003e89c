import { compareText } from "@/lib/base/compare-text";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import {
  type ConfigDump,
  dumpedClusters,
  dumpedEndpoints,
  type DumpedResource,
  dumpedExtensions,
  dumpedListeners,
  dumpedRoutes,
} from "../config-dump";
import { textField } from "../field";
import { protoJson, XDS_MESSAGES } from "../istioctl/proto-json";

/** The parts of two dumps that are compared. */
export const COMPARED = ["listeners", "routes", "clusters", "endpoints", "extensions"] as const;

/** One part of a comparison. */
export type ComparedPart = (typeof COMPARED)[number];

/** One field that differs; undefined where one side lacks it. */
export interface FieldDifference {
  /** `filterChains[0].filters[1].typedConfig.statPrefix` */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** One resource that one side lacks, or that differs. */
export interface ResourceDifference {
  readonly part: ComparedPart;
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  /** The first that differ; empty for what is added or removed. */
  readonly fields: readonly FieldDifference[];
  /** How many more differ than `fields` holds. */
  readonly moreFields: number;
}

/** What is the same, and what is not. */
export interface ConfigComparison {
  readonly differences: readonly ResourceDifference[];
  /** Resources that are the same in both, by part. */
  readonly same: Readonly<Record<ComparedPart, number>>;
}

/** What is left out of a comparison. Versions and times never count. */
export interface ComparisonOptions {
  /** Addresses of pods and services, which differ between proxies and from day to day. */
  readonly ignoreAddresses: boolean;
  /** What only the bootstrap holds: istiod knows nothing of it. */
  readonly dynamicOnly: boolean;
}

const MAX_FIELDS = 50;

const RESOURCES: Readonly<
  Record<
    ComparedPart,
    {
      readonly read: (dump: ConfigDump) => readonly DumpedResource[];
      /** The field that names a resource. */
      readonly name: string;
      readonly message: string;
    }
  >
> = {
  listeners: { read: dumpedListeners, name: "name", message: XDS_MESSAGES.Listeners },
  routes: { read: dumpedRoutes, name: "name", message: XDS_MESSAGES.Routes },
  clusters: { read: dumpedClusters, name: "name", message: XDS_MESSAGES.Clusters },
  endpoints: { read: dumpedEndpoints, name: "cluster_name", message: XDS_MESSAGES.Endpoints },
  extensions: { read: dumpedExtensions, name: "name", message: XDS_MESSAGES.Ecds },
};

/**
 * What `after` holds that `before` does not, and the other way round, resource by resource and field
 * by field. Both spellings of fields and of numbers are the same; the order of lists counts.
 */
export function compareDumps(
  before: ConfigDump,
  after: ConfigDump,
  options: ComparisonOptions,
): ConfigComparison {
  const same = { listeners: 0, routes: 0, clusters: 0, endpoints: 0, extensions: 0 };
  const differences = COMPARED.flatMap((part) => {
    const [a, b] = [resourcesOf(before, part, options), resourcesOf(after, part, options)];
    const names = [...new Set([...a.keys(), ...b.keys()])].sort(compareText);
    return names.flatMap((name): ResourceDifference[] => {
      const [old, young] = [a.get(name), b.get(name)];
      if (!old) return [{ part, name, change: "added", fields: [], moreFields: 0 }];
      if (!young) return [{ part, name, change: "removed", fields: [], moreFields: 0 }];
      const leaves = (resource: JsonRecord) => leavesIn(part, resource, options.ignoreAddresses);
      const fields = fieldDifferences(leaves(old), leaves(young));
      if (fields.length === 0) {
        same[part] += 1;
        return [];
      }
      const shown = fields.slice(0, MAX_FIELDS);
      return [
        { part, name, change: "changed", fields: shown, moreFields: fields.length - shown.length },
      ];
    });
  });
  return { differences, same };
}

type Leaves = ReadonlyMap<string, string>;

/** What Envoy's dump says of endpoints where nothing was sent. */
const UNSAID: readonly (readonly [path: RegExp, value: string])[] = [
  [/^policy\.overprovisioningFactor$/, "140"],
  [/\.endpoint\.healthCheckConfig$/, "{}"],
  [/\.healthStatus$/, "HEALTHY"],
];

function leavesIn(part: ComparedPart, resource: JsonRecord, ignoreAddresses: boolean): Leaves {
  const leaves = leavesOf(protoJson(resource, RESOURCES[part].message, "kept"), ignoreAddresses);
  if (part !== "endpoints") return leaves;
  const isUnsaid = ([path, text]: readonly [string, string]) =>
    UNSAID.some(([place, value]) => value === text && place.test(path));
  return new Map([...leaves].filter((leaf) => !isUnsaid(leaf)));
}

function resourcesOf(
  dump: ConfigDump,
  part: ComparedPart,
  { ignoreAddresses, dynamicOnly }: ComparisonOptions,
): ReadonlyMap<string, JsonRecord> {
  const { read, name } = RESOURCES[part];
  const inline = part === "endpoints" && dynamicOnly ? clustersWithoutEds(dump) : NONE;
  return new Map(
    read(dump)
      .filter(({ resource, state }) => {
        // Routes that stand in listeners have no name of their own, and are compared there.
        if (textField(resource, name) === "") return false;
        if (!dynamicOnly) return true;
        return state !== "static" && !inline.has(textField(resource, name));
      })
      .map(({ resource }) => [hidden(textField(resource, name), ignoreAddresses), resource]),
  );
}

const NONE: ReadonlySet<string> = new Set();

/** Envoy dumps endpoints of every cluster; istiod sends those of the clusters that ask by EDS. */
const clustersWithoutEds = (dump: ConfigDump): ReadonlySet<string> =>
  new Set(
    dumpedClusters(dump)
      .filter(({ resource }) => textField(resource, "type") !== "EDS")
      .map(({ resource }) => textField(resource, "name")),
  );

const ADDRESS = /\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g;

const hidden = (text: string, ignoreAddresses: boolean): string =>
  ignoreAddresses ? text.replace(ADDRESS, (found) => (KEPT.has(found) ? found : "address")) : text;

/** Addresses that mean the same everywhere. */
const KEPT: ReadonlySet<string> = new Set(["0.0.0.0", "127.0.0.1", "127.0.0.6"]);

function leavesOf(resource: unknown, ignoreAddresses: boolean): Leaves {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) value.forEach((item, index) => walk(item, `${path}[${index}]`));
    else if (isRecord(value)) {
      for (const [key, item] of Object.entries(value)) walk(item, path ? `${path}.${key}` : key);
      // An empty message says something by being there.
      if (Object.keys(value).length === 0) leaves.set(path, "{}");
    } else leaves.set(path, hidden(leafText(value), ignoreAddresses));
  };
  walk(resource, "");
  return leaves;
}

/** Envoy prints large numbers as texts, and `0.400s` where Go prints `0.4s`. */
function leafText(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^\d+\.\d+s$/.test(text) ? `${Number(text.slice(0, -1))}s` : text;
}

function fieldDifferences(before: Leaves, after: Leaves): readonly FieldDifference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
    .filter((each) => each.before !== each.after);
}
