import { existsSync } from "node:fs";
import { join } from "node:path";
import { instant } from "@/lib/base/units";
import { readConfigDump } from "@/lib/xds/config-dump";
import {
  type ProxyConfigFilter,
  type ProxyConfigKind,
  proxyConfigText,
} from "@/lib/xds/istioctl/proxy-config";
import { difference } from "../istioctl-cases";

/** One table that istioctl printed of a dump. */
export interface PrintedTable {
  readonly folder: string;
  readonly dump: string;
  /** The answer to `/clusters?format=json` beside it. */
  readonly clusters?: string;
  readonly kind: ProxyConfigKind;
  readonly text: string;
  readonly filter?: ProxyConfigFilter;
  readonly withHeaders?: boolean;
  /** When it was printed, in ms since the epoch: certificates were valid or not then. */
  readonly now: number;
}

/** What our table differs in from istioctl's: rows as multisets, runs of blanks as one. */
export function tableDifference(
  table: PrintedTable,
  read: (folder: string, file: string) => unknown,
): readonly string[] {
  const { folder, kind, clusters, filter = {}, withHeaders = false, now } = table;
  const dump = readConfigDump(read(folder, table.dump));
  if (!dump) return [`${table.dump} is no dump`];
  const held = { dump, ...(clusters !== undefined && { clusters: read(folder, clusters) }) };
  const ours = proxyConfigText(kind, held, filter, { now: instant(now), withHeaders });
  return difference(linesOf(ours), linesOf(table.text));
}

const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter(Boolean);

/** Whether the part of the corpus that we have holds this table's dump. */
export const isGivenTable = ({ folder, dump }: PrintedTable): boolean =>
  existsSync(join(folder, dump));
