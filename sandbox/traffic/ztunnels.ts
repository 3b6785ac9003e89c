import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { podSpec, podStatus } from "@/lib/k8s/pod";
import type { ObjectStore } from "@/sandbox/contracts";
import type { RequestSize } from "./proxy-telemetry";
import { type Tunnelled, ZtunnelTelemetry } from "./ztunnel-telemetry";

interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** The telemetry of the ztunnels that run, by node; that of a pod ends with it. */
export class Ztunnels {
  private readonly byPod = new Map<
    string,
    { pod: PodName; node: string; telemetry: ZtunnelTelemetry }
  >();
  private running: readonly ZtunnelTelemetry[] = [];
  readonly stop: () => void;

  constructor(store: ObjectStore) {
    for (const pod of store.view().list("Pod")) this.notice(pod);
    this.stop = store.subscribe(({ type, kind, object }) => {
      if (kind !== "Pod") return;
      if (type !== "DELETED") this.notice(object);
      else if (this.byPod.delete(keyOf(object))) this.list();
    });
  }

  /**
   * Counts a connection at the ztunnel that tells of it; nowhere while its node has none.
   *
   * @returns the pod of that ztunnel
   */
  count(connection: Tunnelled, size: RequestSize, times: number): PodName | undefined {
    const { reporter, client, server } = connection;
    const pod = reporter === "source" ? client : server.pod;
    const node = pod && nodeOf(pod);
    for (const ztunnel of this.byPod.values()) {
      if (ztunnel.node !== node) continue;
      ztunnel.telemetry.count(connection, size, times);
      return ztunnel.pod;
    }
    return undefined;
  }

  /** The same list until one comes or goes. */
  all(): readonly ZtunnelTelemetry[] {
    return this.running;
  }

  private notice(pod: KubeObject): void {
    const { labels, namespace = "", name } = pod.metadata;
    const address = podStatus(pod).podIP;
    if (labels?.["app"] !== "ztunnel" || address === undefined || this.byPod.has(keyOf(pod)))
      return;
    const telemetry = new ZtunnelTelemetry({ namespace, name, address });
    this.byPod.set(keyOf(pod), { pod: { namespace, name }, node: nodeOf(pod), telemetry });
    this.list();
  }

  private list(): void {
    this.running = [...this.byPod.values()].map(({ telemetry }) => telemetry);
  }
}

const nodeOf = (pod: KubeObject): string => podSpec(pod).nodeName ?? "";

/** A pod that is made anew under its old name begins at zero. */
const keyOf = (pod: KubeObject): string => `${objectKey(pod)}/${pod.metadata.uid ?? ""}`;
