import { unpackRows } from "@/lib/base/packed-rows";
import type { SyncState } from "@/lib/xds/sync-status";
import { XDS_TYPES } from "@/lib/xds/xds-type";
import type { SentRow } from "@/server/proxies/packed-table";
import type { ProxyRow } from "@/server/proxies/proxy-table";

/** A row of the table of all proxies. */
export type TableRow = Omit<ProxyRow, "why">;

/** The rows that the server sent. */
export function tableRows(packed: string): readonly TableRow[] {
  const seen = new Map<string, TableRow["types"]>();
  const typesOf = (text: string | undefined): TableRow["types"] => {
    if (text === undefined) return null;
    const known = seen.get(text);
    if (known) return known;
    const states = text.split(" ") as SyncState[];
    const types = Object.fromEntries(
      XDS_TYPES.map((type, index) => [type, states[index]]),
    ) as NonNullable<TableRow["types"]>;
    seen.set(text, types);
    return types;
  };
  return unpackRows<SentRow>(packed).map((row) => ({
    ...row,
    id: `${row.pod}.${row.namespace}`,
    types: typesOf(row.types),
  }));
}
