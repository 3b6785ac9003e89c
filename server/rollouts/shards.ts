import { seconds } from "@/lib/base/units";
import { isTerminal } from "@/lib/rollout/status";
import type { Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster } from "../ports";
import { leaseElection } from "./lease";
import type { Election, Leadership, LeaseState } from "./leadership";
import { type Replicas, replicas } from "./replicas";
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
 * Whether a replica should give one of its shards to another: so that none drives two more than
 * another that is there. `drivers` says of each shard who drives it.
 */
export function holdsTooMany(
  own: string,
  others: readonly string[],
  drivers: readonly (string | undefined)[],
): boolean {
  const count = (identity: string) => drivers.filter((driver) => driver === identity).length;
  return others.some((other) => count(other) + 2 <= count(own));
}

/** Between two shards that a replica gives away: each is to be taken before the next. */
const BETWEEN_GIFTS = seconds(3);

/**
 * Takes part in the election for each shard's Lease, so that several replicas share the work, and
 * calls `lead` for each that is won. A replica that joins is given its share by those that have more.
 * A single shard keeps the plain name, and is nobody's to share.
 */
export function shardElections(
  needs: {
    readonly cluster: Cluster;
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly store: RolloutStore;
    readonly monotonic?: (() => number) | undefined;
  },
  { count, identity }: { readonly count: number; readonly identity: string },
  lead: (leadership: Leadership, isOurs: (ref: RolloutRef) => boolean) => void,
): Shards {
  const elections: Election[] = [];
  const held = () => elections.filter((election) => election.state().leading).length;
  const known: Replicas | undefined =
    count > 1 ? replicas(needs, { namespace: NAMESPACE, identity }) : undefined;
  const monotonic = needs.monotonic ?? (() => performance.now());
  let gaveAt = -Infinity;

  function isTooMany(): boolean {
    const others = known?.others() ?? [];
    if (others.length === 0 || monotonic() - gaveAt < BETWEEN_GIFTS) return false;
    const drivers = elections.map((election) => election.state().holder);
    if (!holdsTooMany(identity, others, drivers)) return false;
    gaveAt = monotonic();
    return true;
  }

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
      leaseElection(
        needs,
        { namespace: NAMESPACE, name, identity, floor, held, isTooMany },
        (leadership) => lead(leadership, isOurs),
      ),
    );
  }
  const states = () => elections.map((election, shard) => ({ shard, ...election.state() }));
  return {
    states,
    stateOf: (ref) => states()[shardOf(ref, count)],
    async close() {
      await Promise.all([known?.close(), ...elections.map((election) => election.close())]);
    },
  };
}
