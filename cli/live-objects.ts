import { CommandError } from "@/cli/command";
import { AppError } from "@/lib/base/errors";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { systemClock, systemRandom } from "@/server/clock";
import { kubernetesCluster } from "@/server/cluster/kubernetes-cluster";

const PAGE_SIZE = 500;

/** Which cluster of which kubeconfig; the usual file and its current context where undefined. */
export interface LiveCluster {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/**
 * The objects of some kinds in a cluster. Kinds that it does not serve, or that this user may not
 * list, have none; `skipped` is told of the latter. @throws CommandError
 */
export async function liveObjects(
  { kubeconfig: file, context }: LiveCluster,
  kinds: readonly KindId[],
  skipped: (kind: KindId) => void,
): Promise<readonly KubeObject[]> {
  const time = { clock: systemClock, random: systemRandom };
  const cluster = kubernetesCluster({ type: "kubeconfig", file, context }, time);
  const listed = async (kind: KindId): Promise<readonly KubeObject[]> => {
    const objects: KubeObject[] = [];
    let next: string | undefined;
    do {
      const paging = { limit: PAGE_SIZE, ...(next !== undefined && { continue: next }) };
      const page = await cluster.list(kind, paging);
      objects.push(...page.items);
      next = page.continue;
    } while (next !== undefined);
    return objects;
  };
  const known = async (kind: KindId): Promise<readonly KubeObject[]> => {
    try {
      return await listed(kind);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "forbidden") skipped(kind);
      else if (error.code !== "not-found" && error.code !== "unsupported") throw error;
      return [];
    }
  };
  try {
    return (await Promise.all(kinds.map(known))).flat();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new CommandError([error.message, error.hint].filter(Boolean).join(". "));
  } finally {
    cluster.close();
  }
}
