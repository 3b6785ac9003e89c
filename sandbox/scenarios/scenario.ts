import type { KubeObject } from "@/lib/k8s/object";
import type { TrafficModel } from "@/sandbox/traffic/traffic-model";

/** A cluster to begin with: what is in it, and who asks whom. */
export interface Scenario {
  readonly name: string;
  /** In the order in which they are created. */
  readonly objects: readonly KubeObject[];
  readonly traffic: TrafficModel;
}
