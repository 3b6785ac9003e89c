import type { Clock, Cluster, Live, MeshStore, Metrics } from "./ports";
import type { Logger } from "./log";

/** Everything that lives as long as the process. Features add their service here. */
export interface Runtime {
  readonly clock: Clock;
  readonly log: Logger;
  readonly cluster: Cluster;
  readonly metrics: Metrics;
  readonly mesh: MeshStore;
  readonly live: Live;
  /** `true` refuses every write. */
  readonly readOnly: boolean;
}
