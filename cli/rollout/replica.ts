import { clusterOver } from "@/server/cluster/kubernetes-cluster";
import type { Transport } from "@/server/cluster/transport";
import type { Logger } from "@/server/log";
import { meshStore, type RunningMeshStore } from "@/server/mesh/mesh-store";
import type { RolloutStatus } from "@/lib/rollout/status";
import type { RolloutRef } from "@/server/rollouts/rollout-store";
import type { Clock, Cluster, Live, Metrics } from "@/server/ports";
import { type Rollouts, rolloutsService } from "@/server/rollouts/rollouts-service";
import type { Webhooks } from "@/server/rollouts/webhooks";
import { credentialsOf, NO_PORTS } from "./in-process-api";
import { type Gate, gatedClock, gatedPost, gatedTransport, openGate } from "./gate";

/** The kinds that the driver looks at. */
const KINDS = [
  "VirtualService",
  "DestinationRule",
  "HTTPRoute",
  "ServiceEntry",
  "Service",
  "Pod",
  "Deployment",
  "ConfigMap",
  "CanaryRollout",
  "CustomResourceDefinition",
] as const;

/** One process of the product, as far as rollouts are concerned. */
export interface Replica {
  readonly name: string;
  readonly cluster: Cluster;
  readonly mesh: RunningMeshStore;
  readonly rollouts: Rollouts;
  readonly gate: Gate;
  /** Ends in order, giving back what it holds. */
  close(): Promise<void>;
  /** Ends between two moments, without a word to anybody. */
  kill(): void;
}

/** What all processes share. */
export interface ReplicaWorld {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly random: () => number;
  readonly webhooks: Webhooks;
  readonly turned: (ms: number) => void;
  /** Into how many shares the rollouts are divided; 1 where absent. */
  readonly shards?: number;
  /** Takes notifications; none are sent where absent. */
  readonly post?: typeof fetch;
  readonly decided: (ref: RolloutRef, status: RolloutStatus) => void;
}

const NOBODY_LOOKS: Live = {
  publish: () => undefined,
  listeners: 0,
  onDemand: () => () => undefined,
  async *events() {},
};

/** Starts a process. `off` keeps it from driving: it only takes what people ask for. */
export function startReplica(world: ReplicaWorld, name: string, off?: string): Replica {
  const gate = openGate();
  const clock = gatedClock(world.clock, gate);
  const transport = gatedTransport(world.transport, gate);
  const { log, random, metrics, webhooks, turned, decided } = world;
  const cluster = clusterOver(
    { credentials: credentialsOf(name), transport, forward: NO_PORTS },
    { clock, random },
  );
  const mesh = meshStore({ cluster, clock, random, log }, KINDS);
  const needs = {
    cluster,
    metrics,
    webhooks,
    mesh,
    live: NOBODY_LOOKS,
    clock,
    random,
    log,
    identity: name,
    turned,
    ...(world.shards !== undefined && { shards: world.shards }),
    ...(world.post && { announces: true, post: gatedPost(world.post, gate) }),
    decided,
    monotonic: () => world.clock.now(),
  };
  const rollouts = rolloutsService(needs, off);
  mesh.start();
  rollouts.start();
  return {
    name,
    cluster,
    mesh,
    rollouts,
    gate,
    async close() {
      await rollouts.close();
      mesh.close();
      cluster.close();
    },
    kill() {
      gate.kill();
      cluster.close();
    },
  };
}
