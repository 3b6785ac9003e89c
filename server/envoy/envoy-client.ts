import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import type { ConfigDump } from "@/lib/xds/config-dump";
import type { Cluster } from "../ports";
import { readEnvoyClusters, readEnvoyDump } from "./envoy-answers";

/** A pod with an Envoy. */
export interface EnvoyPod {
  readonly namespace: string;
  readonly name: string;
}

/** The admin pages of Envoys, read through port-forwards. */
export interface Envoy {
  /** All that the proxy holds, endpoints included. */
  configDump(pod: EnvoyPod, signal: AbortSignal): Promise<ConfigDump>;
  /** How large that is (bytes of JSON). */
  configSize(pod: EnvoyPod, signal: AbortSignal): Promise<number>;
  /** Clusters with the health and counters of their endpoints: Envoy's JSON. */
  clusters(pod: EnvoyPod, signal: AbortSignal): Promise<unknown>;
  /**
   * Both as they came, for `readEnvoyDump` and `readEnvoyClusters`, which redact their secrets: they
   * may be too large to be read in this thread.
   */
  texts(
    pod: EnvoyPod,
    signal: AbortSignal,
  ): Promise<{ readonly dump: string; readonly clusters: string }>;
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

  const dumpText = (pod: EnvoyPod, signal: AbortSignal) =>
    text(pod, "/config_dump?include_eds", signal);
  const clustersText = (pod: EnvoyPod, signal: AbortSignal) =>
    text(pod, "/clusters?format=json", signal);

  return {
    configDump: async (pod, signal) => readEnvoyDump(pod.name, await dumpText(pod, signal)),
    clusters: async (pod, signal) => readEnvoyClusters(pod.name, await clustersText(pod, signal)),
    async texts(pod, signal) {
      const [dump, clusters] = await Promise.all([
        dumpText(pod, signal),
        clustersText(pod, signal),
      ]);
      return { dump, clusters };
    },
    configSize: async (pod, signal) => Buffer.byteLength(await dumpText(pod, signal)),
  };
}
