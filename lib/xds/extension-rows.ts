import { type ConfigDump, dumpedExtensions } from "./config-dump";
import { fieldAt, textField } from "./field";

/** One extension that is discovered apart from its listener: a row of `istioctl proxy-config ecds`. */
export interface ExtensionRow {
  readonly name: string;
  /** The type of its settings without the prefix of type URLs; empty where the proxy waits for it. */
  readonly type: string;
  readonly version: string;
  readonly lastUpdated: string;
}

const PREFIX = "type.googleapis.com/";

/** The extensions of a proxy. */
export const extensionRows = (dump: ConfigDump): readonly ExtensionRow[] =>
  dumpedExtensions(dump).map(({ resource, version, lastUpdated }) => {
    const url = textField(fieldAt(resource, "typed_config"), "@type");
    return {
      name: textField(resource, "name"),
      type: url.startsWith(PREFIX) ? url.slice(PREFIX.length) : url,
      version,
      lastUpdated,
    };
  });
