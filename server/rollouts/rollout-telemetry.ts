import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { AppError } from "@/lib/base/errors";
import { phaseOf } from "@/lib/rollout/public-phase";
import { isTerminal } from "@/lib/rollout/status";
import type { Cluster, MeshStore } from "../ports";
import type { NotificationCounts } from "./notifications";
import { detailOf } from "./read-rollouts";
import type { RolloutRecord, RolloutStore } from "./rollout-store";
import { changesOf, type Committed } from "./rollout-transitions";
import type { ShardState } from "./shards";
import { FIELD_MANAGER } from "./write-weights";

/** Upper bounds of how long a turn may take, in seconds: the goal is 0.05. */
const TURN_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What the engine says of itself to Prometheus. */
export interface RolloutTelemetry {
  /** In Prometheus' text format. */
  text(): Promise<string>;
  turned(ms: number): void;
  committed(committed: Committed): void;
  conflict(object: "rollout" | "target"): void;
  /** The cluster, with writes of weights counted. */
  counting(cluster: Cluster): Cluster;
}

interface Source {
  readonly store: RolloutStore;
  readonly mesh: MeshStore;
  readonly shards: () => readonly ShardState[];
  readonly notified: () => NotificationCounts;
}

/** The metrics of rollouts, in a registry of their own; names are those of Prometheus' conventions. */
export function rolloutTelemetry(source: Source): RolloutTelemetry {
  const registry = new Registry();
  const registers = [registry];
  const turns = new Histogram({
    name: "quarterdeck_rollout_reconcile_duration_seconds",
    help: "How long one turn of a rollout's driver takes.",
    buckets: TURN_BUCKETS,
    registers,
  });
  const writes = new Counter({
    name: "quarterdeck_rollout_writes_total",
    help: "Writes of weights that were sent, by what the API server made of them.",
    labelNames: ["result"],
    registers,
  });
  const conflicts = new Counter({
    name: "quarterdeck_rollout_conflicts_total",
    help: "Writes that lost to another writer: of the rollout itself, or of what it writes.",
    labelNames: ["object"],
    registers,
  });
  const checks = new Counter({
    name: "quarterdeck_rollout_checks_total",
    help: "Checks of canaries, by verdict.",
    labelNames: ["verdict"],
    registers,
  });
  const rollbacks = new Counter({
    name: "quarterdeck_rollout_rollbacks_total",
    help: "Rollouts that were rolled back, by reason.",
    labelNames: ["reason"],
    registers,
  });
  gauges(registers, source);

  return {
    text: () => registry.metrics(),
    turned: (ms) => turns.observe(ms / 1000),
    conflict: (object) => conflicts.inc({ object }),
    committed(committed) {
      const { phase, checks: made } = changesOf(committed);
      for (const { verdict } of made) checks.inc({ verdict });
      if (phase?.phase === "RolledBack") rollbacks.inc({ reason: phase.reason });
    },
    counting: (cluster) => ({
      ...cluster,
      async patch(ref, patch, options = {}) {
        if (options.dryRun || patch.fieldManager !== FIELD_MANAGER) {
          return cluster.patch(ref, patch, options);
        }
        try {
          const result = await cluster.patch(ref, patch, options);
          writes.inc({ result: "written" });
          return result;
        } catch (error) {
          const code = error instanceof AppError ? error.code : "failed";
          const isLost = code === "conflict" || code === "invalid";
          if (isLost) conflicts.inc({ object: "target" });
          writes.inc({ result: isLost ? "conflict" : code === "forbidden" ? "refused" : "failed" });
          throw error;
        }
      },
    }),
  };
}

/** What is read anew at each scrape. */
function gauges(registers: Registry[], { store, mesh, shards, notified }: Source): void {
  const records = () =>
    store.list().filter((record): record is RolloutRecord => !("problem" in record));
  const running = () => records().filter(({ status }) => !isTerminal(status));
  const labelsOf = ({ ref }: RolloutRecord) => ({ namespace: ref.namespace, rollout: ref.name });

  new Gauge({
    name: "quarterdeck_rollouts",
    help: "Rollouts that the cluster keeps, by phase.",
    labelNames: ["phase"],
    registers,
    collect() {
      this.reset();
      for (const { status } of records()) this.inc({ phase: phaseOf(status).phase });
    },
  });
  new Gauge({
    name: "quarterdeck_rollout_phase",
    help: "1 for the phase that a rollout which has not ended is in.",
    labelNames: ["namespace", "rollout", "phase", "reason"],
    registers,
    collect() {
      this.reset();
      for (const record of running()) {
        const { phase, reason } = phaseOf(record.status);
        this.set({ ...labelsOf(record), phase, reason }, 1);
      }
    },
  });
  new Gauge({
    name: "quarterdeck_rollout_weight",
    help: "Percent of the route that each version has, as the cluster holds it.",
    labelNames: ["namespace", "rollout", "target", "role"],
    registers,
    collect() {
      this.reset();
      for (const record of running()) {
        const { weights } = detailOf(record, mesh.view()).live;
        for (const { label, role, weight } of weights ?? []) {
          this.set({ ...labelsOf(record), target: label, role }, weight);
        }
      }
    },
  });
  new Gauge({
    name: "quarterdeck_rollout_check_value",
    help: "What the last check of a rollout measured of its canary; shares in percent, times in milliseconds.",
    labelNames: ["namespace", "rollout", "metric"],
    registers,
    collect() {
      this.reset();
      for (const record of running()) {
        const values = Object.entries(record.status.checks.at(-1)?.values ?? {});
        for (const [metric, value] of values) {
          if (typeof value === "number") this.set({ ...labelsOf(record), metric }, value);
        }
      }
    },
  });
  new Gauge({
    name: "quarterdeck_rollout_e_value",
    help: "What the sequential judge of a rollout found at its last check, by name.",
    labelNames: ["namespace", "rollout", "name"],
    registers,
    collect() {
      this.reset();
      for (const record of running()) {
        const numbers = Object.entries(record.status.checks.at(-1)?.numbers ?? {});
        for (const [name, value] of numbers) {
          if (value !== null) this.set({ ...labelsOf(record), name }, value);
        }
      }
    },
  });
  new Gauge({
    name: "quarterdeck_rollout_lease_held",
    help: "1 where this replica drives the rollouts of a shard.",
    labelNames: ["shard"],
    registers,
    collect() {
      this.reset();
      for (const { shard, leading } of shards()) this.set({ shard }, leading ? 1 : 0);
    },
  });
  new Counter({
    name: "quarterdeck_rollout_notifications_total",
    help: "Notifications by webhook, by what became of them.",
    labelNames: ["result"],
    registers,
    collect() {
      this.reset();
      const counts = notified();
      for (const result of ["sent", "failed", "dropped"] as const) {
        this.inc({ result }, counts[result]);
      }
    },
  });
}
