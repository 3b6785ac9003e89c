import { AppError } from "@/lib/base/errors";
import { after, type Instant, seconds } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import { next, wakeTime } from "@/lib/rollout/machine";
import { versionsOf } from "@/lib/rollout/preflight";
import { isRefusal } from "@/lib/rollout/route-target";
import { isTerminal } from "@/lib/rollout/status";
import type { Action, Measurement, Observed, WriteReport } from "@/lib/rollout/transition";
import { planWeights } from "@/lib/rollout/weight-patch";
import type { MeshStore, Metrics } from "../ports";
import { measure } from "./measure";
import type { RolloutRecord, RolloutRef, RolloutStore } from "./rollout-store";
import type { Wake } from "./wake";
import { targetOf, type WeightWriter, writeWeights } from "./write-weights";

/** At most one try in this time while the API server cannot be reached. */
const RETRY = seconds(2);
/** A rollout that waits for a person is looked at this often all the same. */
const IDLE = seconds(60);

/** What driving one rollout needs. */
export interface DriverNeeds extends WeightWriter {
  readonly store: RolloutStore;
  readonly metrics: Metrics;
  readonly mesh: MeshStore;
  /** Told after each turn how many ms it took. */
  readonly turned?: (ms: number) => void;
}

interface Reports {
  write?: WriteReport | undefined;
  measurement?: Measurement | undefined;
}

/**
 * Drives one rollout until it has ended: shows the machine the world, stores what it decided, and
 * only then does it. Decides nothing itself.
 *
 * @throws when leadership ends, which is how it is stopped.
 */
export async function driveRollout(needs: DriverNeeds, ref: RolloutRef, wake: Wake): Promise<void> {
  const { store, clock, leadership } = needs;
  const { signal } = leadership;
  let record: RolloutRecord | undefined;
  let reports: Reports = {};
  const own = new Set<string>();

  while (!signal.aborted) {
    const began = performance.now();
    const turned = () => needs.turned?.(performance.now() - began);
    try {
      record = await newest(needs, { ref, record, own });
      if (!record) return;
      if (isTerminal(record.status) && record.commands.length === record.status.commandsSeen)
        return;

      const now = clock.now();
      const observed = await observe(needs, record, reports);
      const transition = next(record.rollout, record.status, observed, now);
      reports = {};
      if (transition.status !== record.status) {
        const status = { ...transition.status, epoch: leadership.epoch };
        record = await store.commit(record, status, signal);
        own.add(record.resourceVersion);
        turned();
        continue;
      }
      reports = await perform(needs, record, transition.actions);
      turned();
      if (reports.write || reports.measurement) continue;
      if (transition.actions.some(({ type }) => type === "read")) continue;
      await wake.until(wakeTime(transition) ?? after(clock.now(), IDLE), signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      record = undefined;
      // A conflict means that a command came in, or another leader: look again at once.
      if (error.code === "conflict") continue;
      needs.log.warn({ err: error, rollout: ref.name }, "a rollout could not go on for now");
      await clock.sleep(RETRY, signal);
    }
  }
}

/**
 * The newest version of the record. What the mirror saw of our own commits is no news. A record
 * of an older leader is made ours before anything is done for it: from then on that one loses.
 */
async function newest(
  { store, leadership, log }: DriverNeeds,
  known: {
    readonly ref: RolloutRef;
    readonly record: RolloutRecord | undefined;
    readonly own: Set<string>;
  },
): Promise<RolloutRecord | undefined> {
  const { ref, record, own } = known;
  const seen = store.versionSeen(ref);
  if (record && (seen === record.resourceVersion || (seen !== undefined && own.has(seen)))) {
    return record;
  }
  const read = await store.read(ref, leadership.signal);
  if (!read) return undefined;
  if (read.status.epoch > leadership.epoch) {
    log.warn({ rollout: ref.name }, "a newer leader drives this rollout");
    leadership.resign(read.status.epoch);
    return undefined;
  }
  if (read.status.epoch === leadership.epoch || isTerminal(read.status)) return read;
  const status = { ...read.status, epoch: leadership.epoch };
  const adopted = await store.commit(read, status, leadership.signal);
  own.add(adopted.resourceVersion);
  return adopted;
}

async function observe(
  needs: DriverNeeds,
  record: RolloutRecord,
  reports: Reports,
): Promise<Observed> {
  const { commands, rollout } = record;
  const versions = versionsOf(needs.mesh.view(), rollout);
  const counted = needs.mesh.ready && versions.stable.service && versions.canary.service;
  return {
    commands,
    ...reports,
    canaryRevision: versions.canary.content,
    virtualService: await look(needs, record),
    ready: counted
      ? { stable: versions.stable.pods.ready, canary: versions.canary.pods.ready }
      : undefined,
  };
}

/** The VirtualService, read from the API server wherever the machine acts upon what it sees. */
async function look(
  { cluster, mesh, leadership }: DriverNeeds,
  record: RolloutRecord,
): Promise<KubeObject | null | undefined> {
  const { state, snapshot } = record.status;
  const ref = targetOf(record);
  switch (state.phase) {
    case "Pending":
    case "Applying":
    case "Verifying":
    case "Promoting":
    case "RollingBack":
      break;
    case "Holding": {
      // The mirror may lag: what looks like an edit from outside is read again before it counts.
      const seen = mesh.view().get(ref.kind, ref.namespace, ref.name);
      const plan =
        seen &&
        planWeights(seen, record.rollout.spec, {
          percent: state.share,
          snapshot: snapshot ?? undefined,
        });
      if (plan && !isRefusal(plan) && plan.patch.length === 0) return seen;
      break;
    }
    default:
      return undefined;
  }
  try {
    return await cluster.get(ref, leadership.signal);
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return null;
    throw error;
  }
}

async function perform(
  needs: DriverNeeds,
  record: RolloutRecord,
  actions: readonly Action[],
): Promise<Reports> {
  for (const action of actions) {
    if (action.type === "write") return { write: await writeWeights(needs, record, action) };
    if (action.type === "measure") return { measurement: await check(needs, record, action.from) };
  }
  return {};
}

async function check(
  needs: DriverNeeds,
  { rollout }: RolloutRecord,
  from: Instant,
): Promise<Measurement> {
  const versions = versionsOf(needs.mesh.view(), rollout);
  return measure(needs, versions, from, needs.leadership.signal);
}
