import { AppError } from "@/lib/base/errors";
import { after, between, type Instant, seconds } from "@/lib/base/units";
import { next, wakeTime } from "@/lib/rollout/machine";
import type { TargetObjects } from "@/lib/rollout/object-plan";
import { isTerminal, type Phase, type RolloutStatus } from "@/lib/rollout/status";
import type { Action } from "@/lib/rollout/transition";
import type { MeshStore, Metrics } from "../ports";
import { checkNow } from "./check-now";
import { observe, type Reports } from "./observe-rollout";
import type { Notifications } from "./notifications";
import type { RolloutRecord, RolloutRef, RolloutStore } from "./rollout-store";
import { steadyClock } from "./steady-clock";
import type { Turns } from "./turns";
import { isPrepared, mayWait } from "./unwritten-checks";
import type { Wake } from "./wake";
import type { Webhooks } from "./webhooks";
import { type WeightWriter, writeWeights } from "./write-weights";

/** At most one try in this time while the API server cannot be reached. */
const RETRY = seconds(2);
/** A rollout that waits for a person is looked at this often all the same. */
const IDLE = seconds(60);
/** Checks that say nothing new are stored together, at least this often. */
const STORED_AT_LEAST = seconds(300);

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
  /** Aborts when the process is to end: drivers store what they hold, and end. */
  readonly closing?: AbortSignal;
  /** Whether somebody looks, who wants to see each check when it is counted. */
  readonly watched?: () => boolean;
  /** Delivers what is stored to be told; nothing is told where absent. */
  readonly mail?: Notifications;
}

/** A rollout as this process knows it: what is stored, and the checks that are not yet. */
interface Held {
  readonly stored: RolloutRecord;
  readonly status: RolloutStatus;
  readonly storedAt: Instant;
  /** The status before a write that was decided and is stored as prepared only. */
  readonly base?: RolloutStatus | undefined;
  /** Whether the prepared write may have been sent, by us or by whoever led before. */
  readonly perhapsSent: boolean;
  /** Whether the cluster is known to have something newer. */
  readonly isStale?: true;
}

/** What a driver remembers from one turn to the next. */
interface Known {
  held: Held | undefined;
  reports: Reports;
  /** Id of the last write that was sent, whatever came of it. */
  sent: string | undefined;
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
  const { closing } = needs;
  const resting = closing ? AbortSignal.any([signal, closing]) : signal;
  const steady = steadyClock(clock, needs.monotonic);
  const own = new Set<string>();
  const known: Known = { held: undefined, reports: {}, sent: undefined };

  while (!signal.aborted) {
    try {
      if (closing?.aborted) {
        await flush(needs, known.held);
        return;
      }
      // A process that stood still must not act upon what it knew before: the Lease comes first.
      if (!leadership.mayWrite()) {
        await clock.sleep(RETRY, resting);
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
      if (closing?.aborted) continue;
      known.held = undefined;
      // A conflict means that a command came in, or another leader: look again at once.
      if (error.code === "conflict") continue;
      needs.log.warn({ err: error, rollout: ref.name }, "a rollout could not go on for now");
      await clock.sleep(RETRY, resting).catch(() => undefined);
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
    readonly known: Known;
  },
): Promise<"again" | "ended" | Instant> {
  const { store, clock, leadership } = needs;
  const held = (known.held = await newest(needs, { ref, known, own }));
  if (!held) return "ended";
  const record: RolloutRecord = { ...held.stored, status: held.status };
  needs.mail?.send(held.stored, () => leadership.mayWrite());
  if (hasEnded(record)) return "ended";

  const now = clock.now();
  const { perhapsSent } = held;
  const observed = { ...(await observe(needs, record, known.reports)), perhapsSent };
  const transition = next(record.rollout, record.status, observed, now);
  known.reports = {};
  if (transition.status !== record.status) {
    const status = { ...transition.status, epoch: leadership.epoch };
    if (mayWait(held.stored.status, status) && needs.watched?.() !== true) {
      needs.decided?.(ref, status);
      const base = isPrepared(held.stored.status, status) ? { base: held.status } : {};
      known.held = { ...held, status, ...base };
      return "again";
    }
    const stored = await store.commit(held.stored, status, leadership.signal);
    known.held = heldAt(now, own)(stored);
    needs.decided?.(ref, stored.status);
    return "again";
  }
  if (transition.actions.some(({ type }) => type === "write")) {
    // What is stored as prepared only is sent only while nobody has stored anything since.
    if (held.base && !(await isNewest(needs, held))) {
      known.held = { ...held, isStale: true };
      return "again";
    }
    known.sent = "op" in held.status.state ? held.status.state.op.id : undefined;
  }
  known.reports = await perform(needs, record, {
    actions: transition.actions,
    objects: observed.objects,
  });
  if (known.reports.write || known.reports.measurement) return "again";
  if (transition.actions.some(({ type }) => type === "read")) return "again";
  const isOld =
    held.status !== held.stored.status && between(held.storedAt, now) >= STORED_AT_LEAST;
  // What was told is forgotten, so that nobody who leads later tells it again.
  const isTold = held.base === undefined && needs.mail?.isDelivered(held.stored) === true;
  if (isOld || isTold) {
    const stored = await store.commit(held.stored, held.status, leadership.signal);
    known.held = heldAt(now, own)(stored);
    if (isTold) return "again";
  }
  return wakeTime(transition) ?? after(clock.now(), IDLE);
}

/** What was just stored, so that the mirror's news of it is none. */
const heldAt =
  (now: Instant, own: Set<string>) =>
  (stored: RolloutRecord): Held => {
    own.add(stored.resourceVersion);
    return { stored, status: stored.status, storedAt: now, perhapsSent: false };
  };

/** Whether the record is still as it was stored last. */
async function isNewest({ store, leadership }: DriverNeeds, { stored }: Held): Promise<boolean> {
  const read = await store.read(stored.ref, leadership.signal);
  return read?.resourceVersion === stored.resourceVersion;
}

/** Stores what waits to be stored, before this process ends in order. */
async function flush({ store, leadership }: DriverNeeds, held: Held | undefined): Promise<void> {
  if (!held || held.status === held.stored.status || !leadership.mayWrite()) return;
  try {
    await store.commit(held.stored, held.base ?? held.status, leadership.signal);
  } catch (error) {
    // Nothing is lost that whoever leads next could not see again.
    if (!(error instanceof AppError)) throw error;
  }
}

/** Whether nothing is left to be done: it has ended, all is told, and nobody has asked for anything since. */
export const hasEnded = ({ status, commands, deleted }: RolloutRecord): boolean =>
  isTerminal(status) &&
  commands.length <= status.commandsSeen &&
  status.outbox.length === 0 &&
  !deleted;

/**
 * The newest version of the record. What the mirror saw of our own commits is no news. A record
 * of an older leader is made ours before anything is done for it: from then on that one loses.
 */
async function newest(
  { store, leadership, log, clock }: DriverNeeds,
  {
    ref,
    known,
    own,
  }: {
    readonly ref: RolloutRef;
    readonly known: Known;
    readonly own: Set<string>;
  },
): Promise<Held | undefined> {
  const { held } = known;
  const seen = store.versionSeen(ref);
  if (
    held &&
    !held.isStale &&
    (seen === held.stored.resourceVersion || (seen !== undefined && own.has(seen)))
  ) {
    return held;
  }
  const read = await store.read(ref, leadership.signal);
  if (!read) return undefined;
  // The mirror is behind what we stored ourselves.
  if (held && read.resourceVersion === held.stored.resourceVersion) {
    const { isStale: _, ...fresh } = held;
    return fresh;
  }
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
    if (isOurs) {
      const { storedAt, perhapsSent } = held;
      return { stored: read, status: held.base ?? held.status, storedAt, perhapsSent };
    }
    // Ours was not stored, so what it prepared may be done.
    const perhapsSent = known.sent !== undefined && known.sent === read.status.prepared?.id;
    return { stored: read, status: read.status, storedAt: clock.now(), perhapsSent };
  }
  const status = { ...read.status, epoch: leadership.epoch };
  const stored = await store.commit(read, status, leadership.signal);
  return { ...heldAt(clock.now(), own)(stored), perhapsSent: true };
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
    if (action.type === "measure")
      return { measurement: await checkNow(needs, record, action.from) };
  }
  return {};
}
