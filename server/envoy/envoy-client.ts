import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import { type ConfigDump, readConfigDump } from "@/lib/xds/config-dump";
import { redacted } from "@/lib/xds/redact";
import type { Cluster } from "../ports";

/** A pod with an Envoy. */
export interface EnvoyPod {
  readonly namespace: string;
  readonly name: string;
}

/** The admin pages of Envoys, read through port-forwards. Secrets never come past here. */
export interface Envoy {
  /** All that the proxy holds, endpoints included. */
  configDump(pod: EnvoyPod, signal: AbortSignal): Promise<ConfigDump>;
  /** How large that is (bytes of JSON). */
  configSize(pod: EnvoyPod, signal: AbortSignal): Promise<number>;
  /** Clusters with the health and counters of their endpoints: Envoy's JSON as it is. */
  clusters(pod: EnvoyPod, signal: AbortSignal): Promise<unknown>;
}

const ADMIN_PORT = 15000;
const TIMEOUT = seconds(15);
/** Dumps of large meshes reach tens of megabytes. */
const MAX_BYTES = 128 * 1024 * 1024;

/** The only pages that are ever asked for; some others change or stop the proxy. */
type Page = "/config_dump?include_eds" | "/clusters?format=json";

/** The admin pages of Envoys over `cluster`'s port-forwards. */
export function envoyClient(cluster: Pick<Cluster, "podRequest">): Envoy {
  async function text(pod: EnvoyPod, path: Page, signal: AbortSignal): Promise<string> {
    const { status, body } = await cluster.podRequest(
      { namespace: pod.namespace, name: pod.name, port: ADMIN_PORT },
      { path, timeout: TIMEOUT, maxBytes: MAX_BYTES },
      signal,
    );
    if (status !== 200) {
      throw new AppError(
        "unavailable",
        `The proxy of ${pod.name} answered ${path} with HTTP ${status}`,
        {
          hint: "Look at the log of container istio-proxy.",
        },
      );
    }
    return body;
  }

  async function get(pod: EnvoyPod, path: Page, signal: AbortSignal): Promise<unknown> {
    const body = await text(pod, path, signal);
    try {
      return redacted(JSON.parse(body));
    } catch (cause) {
      throw new AppError("unavailable", `The dump of ${pod.name} was cut off or is no JSON`, {
        cause,
        hint: "Ask again; if it stays so, look at the log of container istio-proxy.",
      });
    }
  }

  return {
    async configDump(pod, signal) {
      const dump = readConfigDump(await get(pod, "/config_dump?include_eds", signal));
      if (dump) return dump;
      throw new AppError("unavailable", `The proxy of ${pod.name} answered without a dump`, {
        hint: "Check that port 15000 of this pod is Envoy's admin page.",
      });
    },
    configSize: async (pod, signal) =>
      Buffer.byteLength(await text(pod, "/config_dump?include_eds", signal)),
    clusters: (pod, signal) => get(pod, "/clusters?format=json", signal),
  };
}
