import { readInputs } from "@/cli/analyze/read-inputs";
import { CommandError } from "@/cli/command";
import { readConfigDump } from "@/lib/xds/config-dump";
import { field } from "@/lib/xds/field";
import {
  type HeldConfig,
  NEEDED_SECTION,
  type ProxyConfigKind,
} from "@/lib/xds/istioctl/proxy-config";
import { redacted } from "@/lib/xds/redact";

/**
 * A saved answer of Envoy's admin page, secrets redacted: `/config_dump`, or for endpoints
 * `/clusters?format=json`. @throws CommandError
 */
export async function readDump(file: string, kind: ProxyConfigKind): Promise<HeldConfig> {
  const [input] = await readInputs([file]);
  const answer = redacted(parsed(file, input?.text ?? ""));
  if (Array.isArray(field(answer, "cluster_statuses"))) {
    if (kind === "endpoints") return { dump: { sections: new Map() }, clusters: answer };
    throw new CommandError(`${file}: holds endpoints only; ${kind} come from /config_dump`);
  }
  const dump = readConfigDump(answer);
  if (!dump)
    throw new CommandError(
      `${file}: is no configuration dump of an Envoy (it has no list 'configs')`,
    );
  const needed = NEEDED_SECTION[kind];
  if (needed !== undefined && !dump.sections.has(needed)) {
    throw new CommandError(
      `${file}: the dump has no part ${needed}ConfigDump, which holds the ${kind}`,
    );
  }
  return { dump, answer };
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${file}: ${fault(error instanceof Error ? error.message : "", text)}`);
  }
}

/** The parser's words in one line, with a line number in place of an offset. */
function fault(reason: string, text: string): string {
  const position = /at position (\d+)/.exec(reason)?.[1];
  const at = position === undefined ? undefined : Number(position);
  const isCut = /end of JSON|Unterminated/.test(reason) || at === text.trimEnd().length;
  const line = at === undefined ? "" : `line ${text.slice(0, at).split("\n").length}: `;
  const words = (reason.split(" in JSON")[0] ?? "").replace(/\s+/g, " ");
  return `${isCut ? "is cut off" : "is not JSON"}: ${line}${words}`;
}
