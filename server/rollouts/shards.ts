import { isTerminal } from "@/lib/rollout/status";
import type { Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster } from "../ports";
import { type Election, leaseElection, type Leadership, type LeaseState } from "./lease";
import { keyOf, type RolloutRef, type RolloutStore } from "./rollout-store";

/** Where the Leases lie: every mesh has this namespace, whichever others a replica may see. */
const NAMESPACE = "istio-system";
const NAME = "quarterdeck-rollouts";

/** Who drives a share of the rollouts. */
export interface ShardState extends LeaseState {
  readonly shard: number;
}

/** The elections of all shards. */
export interface Shards {
  states(): readonly ShardState[];
  /** Who drives a rollout. */
  stateOf(ref: RolloutRef): ShardState | undefined;
  close(): Promise<void>;
}

/**
 * Which of `count` shards drives a rollout: FNV-1a of its namespace and name, so that it stays
 * whatever the rollout is kept in.
 */
function shardOf(ref: RolloutRef, count: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(keyOf(ref))) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % count;
}

/**
 * Takes part in the election for each shard's Lease, so that several replicas share the work, and
 * calls `lead` for each that is won. A single shard keeps the plain name.
 */
export function shardElections(
  needs: {
    readonly cluster: Cluster;
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly store: RolloutStore;
  },
  { count, identity }: { readonly count: number; readonly identity: string },
  lead: (leadership: Leadership, isOurs: (ref: RolloutRef) => boolean) => void,
): Shards {
  const elections: Election[] = [];
  const held = () => elections.filter((election) => election.state().leading).length;

  for (let shard = 0; shard < count; shard += 1) {
    const isOurs = (ref: RolloutRef) => shardOf(ref, count) === shard;
    /** Epochs that rollouts of the shard know of: a later leader needs a later one. */
    const floor = () =>
      Math.max(
        0,
        ...needs.store
          .list()
          .flatMap((record) =>
            "problem" in record || isTerminal(record.status) || !isOurs(record.ref)
              ? []
              : [record.status.epoch],
          ),
      );
    const name = count === 1 ? NAME : `${NAME}-${shard}`;
    elections.push(
      leaseElection(needs, { namespace: NAMESPACE, name, identity, floor, held }, (leadership) =>
        lead(leadership, isOurs),
      ),
    );
  }
  const states = () => elections.map((election, shard) => ({ shard, ...election.state() }));
  return {
    states,
    stateOf: (ref) => states()[shardOf(ref, count)],
    async close() {
      await Promise.all(elections.map((election) => election.close()));
    },
  };
}
