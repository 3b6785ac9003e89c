import { compareText } from "@/lib/base/compare-text";
import type { ConfigDump } from "../config-dump";
import { extensionRows } from "../extension-rows";
import type { TextTable } from "./text-table";

/** The table of `istioctl proxy-config ecds`, by type and name. */
export const extensionTable = (dump: ConfigDump): TextTable => ({
  columns: ["ECDS NAME", "TYPE"],
  rows: [...extensionRows(dump)]
    .sort((a, b) => compareText(a.type, b.type) || compareText(a.name, b.name))
    .map(({ name, type }) => [name, type]),
});
