import { compareText } from "@/lib/base/compare-text";
import { type ConfigDump, dumpedExtensions } from "../config-dump";
import { fieldAt, textField } from "../field";
import type { TextTable } from "./text-table";

const PREFIX = "type.googleapis.com/";

/** The table of `istioctl proxy-config ecds`, by type and name. */
export function extensionTable(dump: ConfigDump): TextTable {
  const rows = dumpedExtensions(dump)
    .map(({ resource }) => {
      const url = textField(fieldAt(resource, "typed_config"), "@type");
      return {
        name: textField(resource, "name"),
        type: url.startsWith(PREFIX) ? url.slice(PREFIX.length) : url,
      };
    })
    .sort((a, b) => compareText(a.type, b.type) || compareText(a.name, b.name))
    .map(({ name, type }) => [name, type]);
  return { columns: ["ECDS NAME", "TYPE"], rows };
}
