import { AppError } from "@/lib/base/errors";
import { type ConfigDump, readConfigDump } from "@/lib/xds/config-dump";
import { redacted } from "@/lib/xds/redact";

/** Whose dump of which proxy an answer is. */
export interface IstiodDumpOf {
  /** The istiod that answered. */
  readonly istiod: string;
  /** `pod.namespace` */
  readonly proxy: string;
}

/** istiod's answer to `/debug/config_dump`, secrets redacted. @throws AppError when it is none */
export function readIstiodDump({ istiod, proxy }: IstiodDumpOf, text: string): ConfigDump {
  const dump = readConfigDump(redacted(istiodJson(istiod, "/debug/config_dump", text)));
  if (dump) return dump;
  throw new AppError("unavailable", `${istiod} answered without a dump of ${proxy}`, {
    hint: "The proxy may have moved to another istiod: look at the table again.",
  });
}

/** The JSON that an istiod answered. @throws AppError when it is none */
export function istiodJson(istiod: string, path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      "unavailable",
      `${istiod} answered ${path.split("?")[0] ?? path} with something other than JSON`,
      { cause, hint: "Look at the log of this istiod." },
    );
  }
}
