import { CommandError } from "@/cli/command";
import { AppError } from "@/lib/base/errors";
import { meshView } from "@/lib/mesh/view";
import type { HeldConfig, ProxyConfigKind } from "@/lib/xds/istioctl/proxy-config";
import { mergeSyncs, type ProxySync } from "@/lib/xds/sync-status";
import { systemClock, systemRandom } from "@/server/clock";
import { kubernetesCluster } from "@/server/cluster/kubernetes-cluster";
import { type EnvoyPod, envoyClient } from "@/server/envoy/envoy-client";
import { istiodClient } from "@/server/istiod/istiod-client";
import type { Cluster } from "@/server/ports";
import { istiodPods } from "@/server/proxies/mesh-proxies";

/** Which cluster of which kubeconfig; the usual file and its current context where undefined. */
interface LiveCluster {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** What the proxy of a pod holds now, secrets redacted. @throws CommandError */
export const liveDump = (
  location: LiveCluster,
  pod: EnvoyPod,
  kind: ProxyConfigKind,
): Promise<HeldConfig> =>
  withCluster(location, async (cluster) => {
    const envoy = envoyClient(cluster);
    const { signal } = new AbortController();
    if (kind !== "endpoints") return { dump: await envoy.configDump(pod, signal) };
    return { dump: { sections: new Map() }, clusters: await envoy.clusters(pod, signal) };
  });

/**
 * The proxies that all istiods of a cluster tell of. An istiod that does not answer is told to
 * `missing`; where none answers, there is an error. @throws CommandError
 */
export const liveSyncs = (
  location: LiveCluster,
  missing: (reason: string) => void,
): Promise<readonly ProxySync[]> =>
  withCluster(location, async (cluster) => {
    const { items } = await cluster.list("Pod", { labelSelector: "app=istiod" });
    const istiods = istiodPods(meshView(items));
    if (istiods.length === 0) {
      throw new AppError("not-found", "No running istiod was found (pods labelled app=istiod)");
    }
    const istiod = istiodClient(cluster);
    const { signal } = new AbortController();
    const answers = await Promise.allSettled(istiods.map((pod) => istiod.syncz(pod, signal)));
    const failures = answers.flatMap((answer) =>
      answer.status === "rejected" ? [answer.reason as unknown] : [],
    );
    if (failures.length === answers.length) throw failures[0];
    for (const failure of failures) missing(failure instanceof Error ? failure.message : "");
    return mergeSyncs(
      answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.proxies] : [])),
    );
  });

async function withCluster<T>(
  { kubeconfig: file, context }: LiveCluster,
  ask: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const time = { clock: systemClock, random: systemRandom };
  const cluster = kubernetesCluster({ type: "kubeconfig", file, context }, time);
  try {
    return await ask(cluster);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new CommandError([error.message, error.hint].filter(Boolean).join(". "));
  } finally {
    cluster.close();
  }
}
