import { unpackRows } from "@/lib/base/packed-rows";
import type { SentRow } from "@/server/proxies/packed-table";
import type { Client } from "./client";

/** The table of all proxies, its rows unpacked. */
export async function proxyList(product: Client) {
  const { packed, ...table } = await product.proxies.list.query({});
  const rows = unpackRows<SentRow>(packed);
  return { ...table, rows: rows.map((row) => ({ ...row, id: `${row.pod}.${row.namespace}` })) };
}
