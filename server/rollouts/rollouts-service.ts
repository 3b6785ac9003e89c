import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import type { KindId } from "@/lib/istio/kinds";
import { isTerminal, type RolloutStatus } from "@/lib/rollout/status";
import { randomId, type Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster, Live, MeshStore, Metrics } from "../ports";
import { driveAll } from "./driver";
import { keepRollouts } from "./keeper";
import type { LeaseState } from "./leadership";
import { notifications } from "./notifications";
import { rolloutEvents } from "./rollout-events";
import type { RolloutRef } from "./rollout-store";
import { type RolloutStores, rolloutStores } from "./rollout-stores";
import { rolloutTelemetry } from "./rollout-telemetry";
import { type Committed, newsOf } from "./rollout-transitions";
import { watchedStore } from "./watched-store";
import { shardElections, type Shards, type ShardState } from "./shards";
import { httpWebhooks, type Webhooks } from "./webhooks";

/** While somebody looks and a rollout runs, its figures are read again this often. */
const FIGURES = seconds(5);

/** How long a process that ends waits for what its rollouts store. */
const CLOSING = seconds(1);

/** Kinds that hold rollouts. */
const RECORDS: readonly KindId[] = ["ConfigMap", "CanaryRollout"];

/** Who drives the rollouts; `off` says why nobody of this replica's does. */
export type DriverState =
  | ({
      readonly type: "on";
      readonly identity: string;
      /** Each share of the rollouts has a leader of its own. */
      readonly shards: readonly ShardState[];
    } & LeaseState)
  | { readonly type: "off"; readonly why: string };

/** Rollouts of the cluster, and the driver that this replica runs if it leads. */
export interface Rollouts {
  readonly store: RolloutStores;
  /** With a rollout, who drives that one. */
  driver(ref?: RolloutRef): DriverState;
  /** What the engine says of itself, in Prometheus' text format. */
  metrics(): Promise<string>;
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
  /** Over HTTP where absent. */
  readonly webhooks?: Webhooks;
  /** What the process calls itself in Leases; unique. Made of the host's name where absent. */
  readonly identity?: string;
  /** Into how many shares the rollouts are divided, a Lease each; 1 where absent. */
  readonly shards?: number;
  /** Whether Kubernetes Events and notifications tell of what becomes of rollouts. */
  readonly announces?: boolean;
  /** How notifications are posted; over HTTP where absent. */
  readonly post?: typeof fetch;
  /** Told after each turn of a driver how many ms it took. */
  readonly turned?: (ms: number) => void;
  /** Told of each status that was decided, be it stored or waiting to be stored with the next. */
  readonly decided?: (ref: RolloutRef, status: RolloutStatus) => void;
  /** Time that only passes, in ms; the machine's own where absent. */
  readonly monotonic?: () => number;
}

/** The rollouts of one process. `off` keeps it from driving, and says why. */
export function rolloutsService(needs: Needs, off: string | undefined): Rollouts {
  const { cluster, mesh, live, clock, log, random } = needs;
  const store = rolloutStores({ cluster, mesh, clock });
  const told = notifications({ mesh, clock, log }, needs.post);
  const telemetry = rolloutTelemetry({
    store,
    mesh,
    shards: () => shards?.states() ?? [],
    notified: () => told.counts(),
  });
  const writeEvents = rolloutEvents({ cluster, mesh, log });
  const announce = (committed: Committed) => {
    telemetry.committed(committed);
    if (!needs.announces) return;
    writeEvents(committed.record, newsOf(committed)).catch((err: unknown) =>
      log.error({ err }, "Events of a rollout were not written"),
    );
  };
  const addressed = (committed: Committed): RolloutStatus => {
    const { status } = committed.record;
    if (!needs.announces) return status;
    const outbox = told.outbox(committed.record, newsOf(committed));
    return outbox.length === 0 && status.outbox.length === 0
      ? status
      : { ...status, outbox: [...outbox] };
  };
  const watcher = { addressed, announce, conflict: () => telemetry.conflict("rollout") };
  const watched = watchedStore(store, watcher);
  const identity = needs.identity ?? `${hostname()}_${randomId()}`;
  const stop = new AbortController();
  let shards: Shards | undefined;
  /** End the drivers of each leadership in order. */
  const settled: (() => Promise<void>)[] = [];

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
    driver(ref) {
      if (off !== undefined || !shards) {
        return { type: "off", why: off ?? "the driver has not started" };
      }
      const states = shards.states();
      const own = ref && shards.stateOf(ref);
      return { type: "on", identity, shards: states, ...summaryOf(own ? [own] : states) };
    },
    metrics: () => telemetry.text(),
    start() {
      mesh.onChange((_, kinds) => {
        if (RECORDS.some((kind) => kinds.has(kind))) publish();
      });
      refresh().catch((err: unknown) => {
        if (!stop.signal.aborted) log.error({ err }, "figures of rollouts are no longer refreshed");
      });
      if (off !== undefined) return;
      shards = shardElections(
        { cluster, clock, random, log, store, monotonic: needs.monotonic },
        { count: needs.shards ?? 1, identity },
        (leadership, isOurs) => {
          const settle = driveAll({
            webhooks: httpWebhooks,
            closing: stop.signal,
            ...needs,
            cluster: telemetry.counting(cluster),
            store: watched,
            leadership,
            isOurs,
            watched: () => live.listeners > 0,
            ...(needs.announces && { mail: told }),
            turned(ms) {
              telemetry.turned(ms);
              needs.turned?.(ms);
            },
          });
          settled.push(settle);
          leadership.signal.addEventListener("abort", () => {
            settled.splice(settled.indexOf(settle), 1);
          });
          keepRollouts({ stores: store, mesh, clock, log, leadership, isOurs, watcher });
        },
      );
    },
    async close() {
      stop.abort(new AppError("unavailable", "the server stops"));
      // What is not stored within a second is measured again by whoever leads next.
      await Promise.race([
        Promise.all(settled.map((settle) => settle())),
        setTimeout(CLOSING, undefined, { ref: false }),
      ]);
      told.close();
      await shards?.close();
    },
  };
}

/** All shards in one: led where any is, with the problem of one that has any. */
function summaryOf(states: readonly ShardState[]): LeaseState {
  const own = states.find(({ leading }) => leading) ?? states[0];
  return {
    holder: own?.holder,
    leading: states.some(({ leading }) => leading),
    renewedAt: own?.renewedAt,
    problem: states.find(({ problem }) => problem !== undefined)?.problem,
  };
}
