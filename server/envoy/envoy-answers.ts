import { AppError } from "@/lib/base/errors";
import { type ConfigDump, readConfigDump } from "@/lib/xds/config-dump";
import { redacted } from "@/lib/xds/redact";

/** Envoy's answer to `/config_dump`, secrets redacted. @throws AppError when it is none */
export function readEnvoyDump(pod: string, text: string): ConfigDump {
  const dump = readConfigDump(parsed(pod, text));
  if (dump) return dump;
  throw new AppError("unavailable", `The proxy of ${pod} answered without a dump`, {
    hint: "Check that port 15000 of this pod is Envoy's admin page.",
  });
}

/** Envoy's answer to `/clusters?format=json`, secrets redacted. @throws AppError when it is no JSON */
export const readEnvoyClusters = (pod: string, text: string): unknown => parsed(pod, text);

function parsed(pod: string, text: string): unknown {
  try {
    return redacted(JSON.parse(text));
  } catch (cause) {
    throw new AppError("unavailable", `The dump of ${pod} was cut off or is no JSON`, {
      cause,
      hint: "Ask again; if it stays so, look at the log of container istio-proxy.",
    });
  }
}
