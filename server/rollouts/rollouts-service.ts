import { hostname } from "node:os";
import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import { isTerminal } from "@/lib/rollout/status";
import { randomId, type Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster, Live, MeshStore, Metrics } from "../ports";
import { configMapStore } from "./config-map-store";
import { driveAll } from "./driver";
import { type Election, leaseElection, type LeaseState } from "./lease";
import type { RolloutStore } from "./rollout-store";

const LEASE_NAME = "quarterdeck-rollouts";
/** Where the Lease lies: every mesh has this namespace, whichever others a replica may see. */
const LEASE_NAMESPACE = "istio-system";
/** While somebody looks and a rollout runs, its figures are read again this often. */
const FIGURES = seconds(5);

/** Who drives the rollouts; `off` says why nobody of this replica's does. */
export type DriverState =
  | ({ readonly type: "on"; readonly identity: string } & LeaseState)
  | { readonly type: "off"; readonly why: string };

/** Rollouts of the cluster, and the driver that this replica runs if it leads. */
export interface Rollouts {
  readonly store: RolloutStore;
  driver(): DriverState;
  /** Takes part in the election, unless this replica may not drive. */
  start(): void;
  close(): Promise<void>;
}

interface Needs {
  readonly cluster: Cluster;
  readonly metrics: Metrics;
  readonly mesh: MeshStore;
  readonly live: Live;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** What the process calls itself in Leases; unique. Made of the host's name where absent. */
  readonly identity?: string;
  /** Told after each turn of a driver how many ms it took. */
  readonly turned?: (ms: number) => void;
}

/** The rollouts of one process. `off` keeps it from driving, and says why. */
export function rolloutsService(needs: Needs, off: string | undefined): Rollouts {
  const { cluster, mesh, live, clock, log, random } = needs;
  const store = configMapStore(cluster, mesh);
  const identity = needs.identity ?? `${hostname()}_${randomId()}`;
  const stop = new AbortController();
  let election: Election | undefined;

  const publish = () => live.publish({ topic: "rollouts", at: clock.now() });
  const running = () =>
    store.list().some((record) => !("problem" in record) && !isTerminal(record.status));

  async function refresh(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(FIGURES, stop.signal);
      if (live.listeners > 0 && running()) publish();
    }
  }

  return {
    store,
    driver: () =>
      off !== undefined || !election
        ? { type: "off", why: off ?? "the driver has not started" }
        : { type: "on", identity, ...election.state() },
    start() {
      mesh.onChange((_, kinds) => {
        if (kinds.has("ConfigMap")) publish();
      });
      refresh().catch((err: unknown) => {
        if (!stop.signal.aborted) log.error({ err }, "figures of rollouts are no longer refreshed");
      });
      if (off !== undefined) return;
      const lease = { namespace: LEASE_NAMESPACE, name: LEASE_NAME, identity };
      election = leaseElection({ cluster, clock, random, log }, lease, (leadership) =>
        driveAll({ ...needs, store, leadership }),
      );
    },
    async close() {
      stop.abort(new AppError("unavailable", "the server stops"));
      await election?.close();
    },
  };
}
