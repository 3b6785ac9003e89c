import type { Instant } from "@/lib/base/units";
import { isRecord } from "@/lib/k8s/json-value";
import { type ClusterRow, clusterRows } from "@/lib/xds/cluster-rows";
import { DUMP_SECTIONS, type DumpSection } from "@/lib/xds/config-dump";
import { type EndpointRow, endpointRows } from "@/lib/xds/endpoint-rows";
import { type ExtensionRow, extensionRows } from "@/lib/xds/extension-rows";
import { type ListenerRow, listenerRows } from "@/lib/xds/listener-rows";
import { type ObjectRow, objectRows } from "@/lib/xds/object-rows";
import { type RouteRow, routeRows } from "@/lib/xds/route-rows";
import { type SecretRow, secretRows } from "@/lib/xds/secret-rows";
import type { EnvoyPod } from "../envoy/envoy-client";
import type { ProxyDump, ProxyDumps } from "./proxy-dumps";

/** The rows of each table of the explorer. */
export interface ExplorerRows {
  readonly listeners: ListenerRow;
  readonly routes: RouteRow;
  readonly clusters: ClusterRow;
  readonly endpoints: EndpointRow;
  readonly secrets: SecretRow;
  readonly extensions: ExtensionRow;
  readonly objects: ObjectRow;
}

/** A table of the explorer. */
export type ExplorerTable = keyof ExplorerRows;

type AllRows = { readonly [Table in ExplorerTable]: readonly ExplorerRows[Table][] };

/** One page of one table. */
export interface ExplorerPage<Row> {
  readonly rows: readonly Row[];
  /** Rows that the filter lets through. */
  readonly matching: number;
  /** Rows of each table, filter aside. */
  readonly counts: Readonly<Record<ExplorerTable, number>>;
  readonly at: Instant;
}

/** What is asked for. */
export interface ExplorerQuestion {
  /** Words that a row must all contain, in whatever column; upper and lower case are the same. */
  readonly filter: string;
  readonly offset: number;
  readonly limit: number;
}

const tables = new WeakMap<ProxyDump, AllRows>();

/** The rows of a dump are computed once. */
function rowsOf(dump: ProxyDump): AllRows {
  const known = tables.get(dump);
  if (known) return known;
  const rows: AllRows = {
    listeners: listenerRows(dump.dump),
    routes: routeRows(dump.dump),
    clusters: clusterRows(dump.dump),
    endpoints: endpointRows(dump.clusters),
    secrets: secretRows(dump.dump),
    extensions: extensionRows(dump.dump),
    objects: objectRows(dump.dump),
  };
  tables.set(dump, rows);
  return rows;
}

/** One page of a table of what a proxy holds. @throws AppError when the proxy does not answer */
export async function exploreProxy<Table extends ExplorerTable>(
  dumps: ProxyDumps,
  pod: EnvoyPod,
  table: Table,
  { filter, offset, limit }: ExplorerQuestion,
): Promise<ExplorerPage<ExplorerRows[Table]>> {
  const dump = await dumps.of(pod);
  const all = rowsOf(dump);
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = words.length === 0 ? all[table] : all[table].filter((row) => holds(row, words));
  return {
    rows: matching.slice(offset, offset + limit),
    matching: matching.length,
    counts: {
      listeners: all.listeners.length,
      routes: all.routes.length,
      clusters: all.clusters.length,
      endpoints: all.endpoints.length,
      secrets: all.secrets.length,
      extensions: all.extensions.length,
      objects: all.objects.length,
    },
    at: dump.at,
  };
}

function holds(row: object, words: readonly string[]): boolean {
  const text = Object.values(row).map(textOf).join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Objects by the name that people write, `VirtualService bookinfo/reviews`; all else as JSON. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!isRecord(value) || !("kind" in value)) return JSON.stringify(value);
  const { kind, namespace, name } = value;
  return `${String(kind)} ${String(namespace)}/${String(name)}`;
}

/** A part of the dump as text, by lines. */
export interface RawPage {
  readonly lines: readonly string[];
  readonly total: number;
  /** The parts that this dump has. */
  readonly sections: readonly DumpSection[];
  readonly at: Instant;
}

/** All of a proxy's dump, secrets redacted, as Envoy would print it. */
export async function wholeDump(
  dumps: ProxyDumps,
  pod: EnvoyPod,
): Promise<{ readonly text: string; readonly at: Instant }> {
  const { dump, at } = await dumps.of(pod);
  return { text: JSON.stringify({ configs: [...dump.sections.values()] }, null, 1), at };
}

const printed = new WeakMap<object, readonly string[]>();

/** Lines of one part of the dump; none where the dump has no such part. */
export async function rawDump(
  dumps: ProxyDumps,
  pod: EnvoyPod,
  section: DumpSection,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<RawPage> {
  const { dump, at } = await dumps.of(pod);
  const part = dump.sections.get(section);
  const lines = part ? linesOf(part) : [];
  return {
    lines: lines.slice(offset, offset + limit),
    total: lines.length,
    sections: DUMP_SECTIONS.filter((name) => dump.sections.has(name)),
    at,
  };
}

function linesOf(part: object): readonly string[] {
  const known = printed.get(part);
  if (known) return known;
  const lines = JSON.stringify(part, null, 2).split("\n");
  printed.set(part, lines);
  return lines;
}
