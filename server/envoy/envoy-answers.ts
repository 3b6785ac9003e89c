import { AppError } from "@/lib/base/errors";
import { type ConfigDump, readConfigDump } from "@/lib/xds/config-dump";
import { isRecord } from "@/lib/k8s/json-value";
import { redacted } from "@/lib/xds/redact";

/** Envoy's answer to `/config_dump`, secrets redacted. @throws AppError when it is none */
export function readEnvoyDump(pod: string, text: string): ConfigDump {
  const answer = parsed(pod, text);
  const dump = readConfigDump(answer);
  if (dump) return dump;
  if (isRecord(answer) && "workloads" in answer && "services" in answer) {
    throw new AppError("unsupported", `${pod} is a ztunnel: it holds no Envoy configuration`, {
      hint: "What istiod sends it is on the debug page ambientz of the control plane.",
    });
  }
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
