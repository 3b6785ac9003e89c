import { CommandError } from "@/cli/command";
import { AppError } from "@/lib/base/errors";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { kubernetesCluster } from "@/server/cluster/kubernetes-cluster";
import { systemClock, systemRandom } from "@/server/clock";

/** What decides about requests. */
const ROUTED_KINDS: readonly KindId[] = [
  ...(["Namespace", "Node", "Service", "Pod", "EndpointSlice"] as const),
  ...(["VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "Sidecar"] as const),
  ...(["WorkloadEntry", "PeerAuthentication", "RequestAuthentication"] as const),
  ...(["AuthorizationPolicy", "KubernetesGateway", "ReferenceGrant"] as const),
  ...(["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"] as const),
];
const PAGE_SIZE = 500;

/** The objects of a live cluster that decide about requests. @throws CommandError */
export async function liveObjects(location: {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}): Promise<readonly KubeObject[]> {
  const { kubeconfig: file, context } = location;
  const cluster = kubernetesCluster(
    { type: "kubeconfig", file, context },
    { clock: systemClock, random: systemRandom },
  );
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
  // A kind that the cluster does not serve has no objects.
  const known = (kind: KindId) =>
    listed(kind).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not-found") return [];
      throw error;
    });
  try {
    const config = cluster.get({ kind: "ConfigMap", namespace: "istio-system", name: "istio" });
    const meshConfig = config.catch((error: unknown) => {
      if (error instanceof AppError && ABSENT.has(error.code)) return undefined;
      throw error;
    });
    const lists = await Promise.all(ROUTED_KINDS.map(known));
    const found = await meshConfig;
    return [...lists.flat(), ...(found ? [found] : [])];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new CommandError([error.message, error.hint].filter(Boolean).join(". "));
  } finally {
    cluster.close();
  }
}

const ABSENT: ReadonlySet<AppError["code"]> = new Set(["not-found", "forbidden"]);
