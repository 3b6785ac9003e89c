import { packRows } from "@/lib/base/packed-rows";
import type { Instant } from "@/lib/base/units";
import { XDS_TYPES } from "@/lib/xds/xds-type";
import type { ProxyRow, ProxyTable } from "./proxy-table";

/** A row of the table as it is sent: what its proxy's own page tells is left out. */
export interface SentRow extends Readonly<Record<string, string | number | undefined>> {
  readonly pod: string;
  readonly namespace: string;
  readonly workload: string | undefined;
  readonly kind: ProxyRow["kind"];
  readonly cluster: string;
  /** The states of the five types in the order of `XDS_TYPES`, between spaces. */
  readonly types: string | undefined;
  readonly state: ProxyRow["state"];
  readonly cause: string;
  readonly evidence: string | undefined;
  readonly since: Instant | undefined;
  readonly version: string | undefined;
  readonly revision: string | undefined;
  readonly istiod: string | undefined;
  readonly error: string | undefined;
}

const COLUMNS = [
  "pod",
  "namespace",
  "workload",
  "kind",
  "cluster",
  "types",
  "state",
  "cause",
  "evidence",
  "since",
  "version",
  "revision",
  "istiod",
  "error",
] as const;

const packed = new WeakMap<ProxyTable, Map<string, string>>();

/** The rows of some namespaces, or of all where none is given, made once for all who look. */
export function packedTable(table: ProxyTable, namespaces: readonly string[]): string {
  const key = [...namespaces].sort().join(" ");
  const known = packed.get(table) ?? new Map<string, string>();
  packed.set(table, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const wanted = new Set(namespaces);
  const rows = table.rows.filter(({ namespace }) => wanted.size === 0 || wanted.has(namespace));
  const text = packRows(rows.map(sentRow), COLUMNS);
  known.set(key, text);
  return text;
}

/** One plain object a row: copying parts of it would take longer than all the rest. */
const sentRow = (row: ProxyRow): SentRow => ({
  pod: row.pod,
  namespace: row.namespace,
  workload: row.workload,
  kind: row.kind,
  cluster: row.cluster,
  types: row.types ? XDS_TYPES.map((type) => row.types?.[type]).join(" ") : undefined,
  state: row.state,
  cause: row.cause,
  evidence: row.evidence,
  since: row.since,
  version: row.version,
  revision: row.revision,
  istiod: row.istiod,
  error: row.error,
});
