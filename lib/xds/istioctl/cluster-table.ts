import { compareText } from "@/lib/base/compare-text";
import type { ClusterRow } from "../cluster-rows";
import type { TextTable } from "./text-table";

/** What `istioctl proxy-config clusters` can be narrowed by; absent for everything. */
export interface ClusterFilter {
  /** A part of the cluster's name. */
  readonly fqdn?: string | undefined;
  readonly direction?: string | undefined;
  readonly subset?: string | undefined;
  readonly port?: number | undefined;
}

/** What the name of a cluster says in istioctl's table. */
interface NameParts {
  readonly direction: string;
  readonly port: number;
  readonly subset: string;
  readonly host: string;
}

const NOTHING = "-";

/**
 * istioctl's reading of a cluster's name: only names with three bars or more say anything. A host
 * with a bar in it is dropped, a port that is no number is 0.
 */
function namedParts(name: string): NameParts | undefined {
  const pieces = name.split("|");
  const [direction = "", port = "", subset = "", host = ""] = pieces;
  if (pieces.length < 4) return undefined;
  return {
    direction,
    port: /^[+-]?\d+$/.test(port) ? Number(port) : 0,
    subset,
    host: pieces.length === 4 ? host : "",
  };
}

/** istioctl's order of clusters: by host, subset, port and direction of their names. */
export function compareClusterNames(a: string, b: string): number {
  const key = (name: string): NameParts =>
    namedParts(name) ?? { direction: "", port: 0, subset: "", host: name };
  const [x, y] = [key(a), key(b)];
  return (
    compareText(x.host, y.host) ||
    compareText(x.subset, y.subset) ||
    x.port - y.port ||
    compareText(x.direction, y.direction)
  );
}

/** Whether istioctl would print a cluster: it looks for words in the name. */
export const matchesCluster = (name: string, filter: ClusterFilter): boolean =>
  [
    filter.fqdn,
    filter.direction,
    filter.subset,
    filter.port ? `|${filter.port}|` : undefined,
  ].every((word) => !word || name.includes(word));

/** The table of `istioctl proxy-config clusters`; with `named`, that of `istioctl proxy-config all`. */
export function clusterTable(
  clusters: readonly ClusterRow[],
  filter: ClusterFilter,
  named = false,
): TextTable {
  const rows = clusters
    // istioctl leaves out what is not in use yet.
    .filter(({ name, state }) => state !== "warming" && matchesCluster(name, filter))
    .sort((a, b) => compareClusterNames(a.name, b.name))
    .map(({ name, type, destinationRule }) => {
      const parts = namedParts(name);
      const shown = named && name ? `cluster/${name}` : name;
      const cells = parts
        ? [parts.host, String(parts.port), parts.subset || NOTHING, parts.direction]
        : [shown, NOTHING, NOTHING, NOTHING];
      return [...(named ? [shown] : []), ...cells, type, destinationRule];
    });
  return {
    columns: [
      ...(named ? ["NAME"] : []),
      "SERVICE FQDN",
      "PORT",
      "SUBSET",
      "DIRECTION",
      "TYPE",
      "DESTINATION RULE",
    ],
    rows,
  };
}
