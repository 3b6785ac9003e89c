import { AppError } from "@/lib/base/errors";
import { after, between, type Instant, type Millis, seconds } from "@/lib/base/units";
import { next, wakeTime } from "@/lib/rollout/machine";
import { versionsOf } from "@/lib/rollout/preflight";
import type { TargetObjects } from "@/lib/rollout/object-plan";
import { isTerminal, type Phase, type RolloutStatus } from "@/lib/rollout/status";
import { type Action, currentStep, type Measurement } from "@/lib/rollout/transition";
import type { MeshStore, Metrics } from "../ports";
import { measure } from "./measure";
import { observe, type Reports } from "./observe-rollout";
import { planReadings } from "./plan-readings";
import type { RolloutRecord, RolloutRef, RolloutStore } from "./rollout-store";
import { steadyClock } from "./steady-clock";
import type { Turns } from "./turns";
import { mayWait } from "./unwritten-checks";
import type { Wake } from "./wake";
import type { Webhooks } from "./webhooks";
import { type WeightWriter, writeWeights } from "./write-weights";

/** At most one try in this time while the API server cannot be reached. */
const RETRY = seconds(2);
/** A rollout that waits for a person is looked at this often all the same. */
const IDLE = seconds(60);
/** Checks that say nothing new are stored together, at least this often. */
const STORED_AT_LEAST = seconds(60);

/** Phases in which no time is counted. */
const RESTING: ReadonlySet<Phase> = new Set<Phase>(["Pending", "Paused"]);

/** What driving one rollout needs. */
export interface DriverNeeds extends WeightWriter {
  readonly store: RolloutStore;
  readonly metrics: Metrics;
  readonly webhooks: Webhooks;
  readonly mesh: MeshStore;
  /** Told after each turn of a driver how many ms it took. */
  readonly turned?: (ms: number) => void;
  /** Told of each status that was decided, be it stored or waiting to be stored with the next. */
  readonly decided?: (ref: RolloutRef, status: RolloutStatus) => void;
  /** Time that only passes, in ms, whatever is done to the time of day; the machine's own where absent. */
  readonly monotonic?: () => number;
  /** Whether somebody looks, who wants to see each check when it is counted. */
  readonly watched?: () => boolean;
}

/** A rollout as this process knows it: what is stored, and the checks that are not yet. */
interface Held {
  readonly stored: RolloutRecord;
  readonly status: RolloutStatus;
  readonly storedAt: Instant;
}

/**
 * Drives one rollout until it has ended: shows the machine the world, stores what it decided, and
 * only then does it. Decides nothing itself.
 *
 * @throws when leadership ends, which is how it is stopped.
 */
export async function driveRollout(
  needs: DriverNeeds & { readonly turns: Turns },
  ref: RolloutRef,
  wake: Wake,
): Promise<void> {
  const { clock, leadership, turns } = needs;
  const { signal } = leadership;
  const steady = steadyClock(clock, needs.monotonic);
  const own = new Set<string>();
  const known: { held: Held | undefined; reports: Reports } = { held: undefined, reports: {} };

  while (!signal.aborted) {
    try {
      // A process that stood still must not act upon what it knew before: the Lease comes first.
      if (!leadership.mayWrite()) {
        await clock.sleep(RETRY, signal);
        continue;
      }
      const outcome = await turns.take(async () => {
        const began = performance.now();
        try {
          return await turn({ ...needs, clock: steady }, ref, { own, known });
        } finally {
          needs.turned?.(performance.now() - began);
        }
      });
      if (outcome === "ended") return;
      if (outcome === "again") continue;
      const length = between(steady.now(), outcome);
      // A clock that was set counts from anew while nothing depends on how long something lasts.
      if (!known.held || RESTING.has(known.held.status.state.phase)) steady.set();
      await wake.until(after(clock.now(), length), signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      known.held = undefined;
      // A conflict means that a command came in, or another leader: look again at once.
      if (error.code === "conflict") continue;
      needs.log.warn({ err: error, rollout: ref.name }, "a rollout could not go on for now");
      await clock.sleep(RETRY, signal);
    }
  }
}

/** One look, one decision, and what it asks for; says when to look again. */
async function turn(
  needs: DriverNeeds,
  ref: RolloutRef,
  {
    own,
    known,
  }: {
    readonly own: Set<string>;
    readonly known: { held: Held | undefined; reports: Reports };
  },
): Promise<"again" | "ended" | Instant> {
  const { store, clock, leadership } = needs;
  const held = (known.held = await newest(needs, { ref, held: known.held, own }));
  if (!held) return "ended";
  const record: RolloutRecord = { ...held.stored, status: held.status };
  if (hasEnded(record)) return "ended";

  const now = clock.now();
  const observed = await observe(needs, record, known.reports);
  const transition = next(record.rollout, record.status, observed, now);
  known.reports = {};
  if (transition.status !== record.status) {
    const status = { ...transition.status, epoch: leadership.epoch };
    if (mayWait(held.stored.status, status) && needs.watched?.() !== true) {
      needs.decided?.(ref, status);
      known.held = { ...held, status };
      return "again";
    }
    const stored = await store.commit(held.stored, status, leadership.signal);
    known.held = heldAt(now, own)(stored);
    needs.decided?.(ref, stored.status);
    return "again";
  }
  known.reports = await perform(needs, record, {
    actions: transition.actions,
    objects: observed.objects,
  });
  if (known.reports.write || known.reports.measurement) return "again";
  if (transition.actions.some(({ type }) => type === "read")) return "again";
  const isOld = between(held.storedAt, now) >= STORED_AT_LEAST;
  if (held.status !== held.stored.status && isOld) {
    const stored = await store.commit(held.stored, held.status, leadership.signal);
    known.held = heldAt(now, own)(stored);
  }
  return wakeTime(transition) ?? after(clock.now(), IDLE);
}

/** What was just stored, so that the mirror's news of it is none. */
const heldAt =
  (now: Instant, own: Set<string>) =>
  (stored: RolloutRecord): Held => {
    own.add(stored.resourceVersion);
    return { stored, status: stored.status, storedAt: now };
  };

/** Whether nothing is left to be done: it has ended, and nobody has asked for anything since. */
export const hasEnded = ({ status, commands, deleted }: RolloutRecord): boolean =>
  isTerminal(status) && commands.length <= status.commandsSeen && !deleted;

/**
 * The newest version of the record. What the mirror saw of our own commits is no news. A record
 * of an older leader is made ours before anything is done for it: from then on that one loses.
 */
async function newest(
  { store, leadership, log, clock }: DriverNeeds,
  known: {
    readonly ref: RolloutRef;
    readonly held: Held | undefined;
    readonly own: Set<string>;
  },
): Promise<Held | undefined> {
  const { ref, held, own } = known;
  const seen = store.versionSeen(ref);
  if (held && (seen === held.stored.resourceVersion || (seen !== undefined && own.has(seen)))) {
    return held;
  }
  const read = await store.read(ref, leadership.signal);
  if (!read) return undefined;
  if (read.status.epoch > leadership.epoch) {
    log.warn({ rollout: ref.name }, "a newer leader drives this rollout");
    leadership.resign(read.status.epoch);
    return undefined;
  }
  if (isTerminal(read.status) && read.deleted) {
    await store.release(read);
    return undefined;
  }
  const { epoch, state } = read.status;
  // What has not begun is nobody's: the first decision makes it ours, or somebody else's.
  if (epoch === leadership.epoch || isTerminal(read.status) || state.phase === "Pending") {
    // Somebody added a command, or changed what is not ours: the checks since then still count.
    const isOurs = held && JSON.stringify(read.status) === JSON.stringify(held.stored.status);
    return isOurs
      ? { ...held, stored: read }
      : { stored: read, status: read.status, storedAt: clock.now() };
  }
  const status = { ...read.status, epoch: leadership.epoch };
  return heldAt(clock.now(), own)(await store.commit(read, status, leadership.signal));
}

async function perform(
  needs: DriverNeeds,
  record: RolloutRecord,
  {
    actions,
    objects,
  }: { readonly actions: readonly Action[]; readonly objects: TargetObjects | undefined },
): Promise<Reports> {
  for (const action of actions) {
    if (action.type === "write") {
      return { write: await writeWeights(needs, record, { action, objects }) };
    }
    if (action.type === "measure") return { measurement: await check(needs, record, action.from) };
  }
  return {};
}

async function check(
  needs: DriverNeeds,
  { rollout, status }: RolloutRecord,
  from: Instant,
): Promise<Measurement> {
  const versions = versionsOf(needs.mesh.view(), rollout);
  const { analysis, steps } = rollout.spec;
  const step = currentStep(status.state);
  const hasOwn = analysis.metrics.length + analysis.webhooks.length > 0;
  const readings = (at: Instant, window: Millis, signal: AbortSignal) =>
    planReadings(needs, rollout, { versions, at, window, step, signal });
  const copies = steps[step]?.mirror !== undefined;
  const asked = { from, copies, ...(hasOwn ? { readings } : {}) };
  return measure(needs, versions, asked, needs.leadership.signal);
}
