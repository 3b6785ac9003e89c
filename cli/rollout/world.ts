import type { CanaryRollout } from "@/lib/rollout/plan";
import type { Metrics } from "@/server/ports";
import type { Replica } from "./replica";
import type { SimulatedCluster } from "./simulated-cluster";
import type { VirtualTime } from "./virtual-time";
import type { RequestKind } from "./watched-transport";

/** A simulation while it runs. */
export interface World {
  readonly time: VirtualTime;
  readonly cluster: SimulatedCluster;
  readonly metrics: Metrics;
  /** Takes what people ask for; it is never killed and never drives. */
  readonly desk: Replica;
  readonly replicas: Replica[];
  readonly rollouts: readonly CanaryRollout[];
  /** Starts a process in the place of one that went. */
  replace(gone: Replica): void;
  /** How long each turn of a driver took, in ms of the machine's time. */
  readonly turns: number[];
  /** Requests of the product's processes so far: weights, status, reads. */
  readonly requests: Readonly<Record<RequestKind, number>>;
  /** An id for a command that the file gives none: unique within this simulation. */
  nextCommandId(): string;
  readonly warn: (message: string) => void;
}
