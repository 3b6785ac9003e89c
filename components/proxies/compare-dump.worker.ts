import { type ConfigDump, readConfigDump } from "@/lib/xds/config-dump";
import { compareDumps, type ConfigComparison } from "@/lib/xds/diff/config-diff";
import { redacted } from "@/lib/xds/redact";

/** A saved dump, and the text of what the proxy holds now. */
export interface CompareRequest {
  readonly file: File;
  readonly now: string;
  readonly ignoreAddresses: boolean;
}

/** What differs, or why it cannot be told. */
export type CompareAnswer =
  { readonly comparison: ConfigComparison } | { readonly problem: string };

self.onmessage = ({ data }: MessageEvent<CompareRequest>) => {
  answer(data).then(
    (result) => self.postMessage(result),
    (error: unknown) => self.postMessage({ problem: String(error) } satisfies CompareAnswer),
  );
};

async function answer({ file, now, ignoreAddresses }: CompareRequest): Promise<CompareAnswer> {
  const saved = dumpIn(await file.text());
  if (typeof saved === "string") return { problem: `${file.name} ${saved}` };
  const held = dumpIn(now);
  if (typeof held === "string") return { problem: `What the proxy answered ${held}` };
  return { comparison: compareDumps(saved, held, { ignoreAddresses, dynamicOnly: false }) };
}

/** A dump without secrets, or what is wrong with its text. */
function dumpIn(text: string): ConfigDump | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  return readConfigDump(redacted(value)) ?? "is no configuration dump: it has no list “configs”";
}
