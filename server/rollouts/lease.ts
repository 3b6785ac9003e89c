import { AppError } from "@/lib/base/errors";
import { type Instant, millis, seconds } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import type { Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster } from "../ports";
import type { Election, Leadership, LeaseState } from "./leadership";
import {
  configMapRecord,
  type LeaderRecord,
  leaderSpec,
  leaseRecord,
  microTime,
} from "./leader-record";
import { storedSince } from "./stored-since";

// As client-go's leader election is usually set: 15 s, 10 s, 2 s.
const DURATION_SECONDS = 15;
const RENEW_DEADLINE = seconds(10);
const RETRY = seconds(2);
/** For each Lease that a replica holds it waits so long before it takes one that was given back. */
const PATIENCE_MS = 200;
const MOST_PATIENCE = 8;
/** Who looked so short a time ago knows that a new record is no older. */
const FRESH = seconds(3);
/** For so long a replica leaves a Lease to others that it gave up for them. */
const MODESTY = seconds(6);

interface Needs {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Time that only passes, in ms; the machine's own where absent. */
  readonly monotonic?: (() => number) | undefined;
}

/** A Lease that is held. The times of its last renewal are those before the request for it. */
interface Holding {
  readonly controller: AbortController;
  object: KubeObject;
  /** By the time of day. */
  renewedAt: Instant;
  /** By the time that only passes. */
  renewed: number;
}

/**
 * Takes part in the election for a Lease, and calls `lead` each time it is won.
 *
 * Whether a holder is gone is judged by how long its record has not changed here, never by its own
 * clock (source: client-go tools/leaderelection). A replica that has not looked for a while, as one
 * that just started, asks the API server how old the record is: else each that came and went would
 * count from the beginning, and rollouts be alone for longer.
 */
export function leaseElection(
  needs: Needs,
  lease: {
    readonly namespace: string;
    readonly name: string;
    readonly identity: string;
    /** The latest epoch that the rollouts of this Lease know of. */
    readonly floor?: () => number;
    /** How many Leases this replica holds: with more of them it is less eager for a free one. */
    readonly held?: () => number;
    /** Whether this replica holds so many Leases that another one should have this one. */
    readonly isTooMany?: () => boolean;
  },
  lead: (leadership: Leadership) => void,
): Election {
  const { cluster, clock, random, log } = needs;
  const { namespace, name, identity } = lease;
  // Chosen once: two kinds of records at a time would be two leaders.
  let form: LeaderRecord = leaseRecord;
  const stop = new AbortController();
  const monotonic = needs.monotonic ?? (() => performance.now());
  const since = (then: number) => monotonic() - then;
  let seen: { readonly record: string; readonly at: number; readonly day: Instant } | undefined;
  let lookedAt: number | undefined;
  let leftAt: number | undefined;
  let held: Holding | undefined;
  let state: LeaseState = {
    holder: undefined,
    leading: false,
    renewedAt: undefined,
    problem: undefined,
  };

  const specOf = (object: KubeObject) => leaderSpec(form.raw(object));
  const isFree = (object: KubeObject): boolean => !specOf(object).holderIdentity;
  const specFor = (transitions: number, acquireTime: string) => ({
    holderIdentity: identity,
    leaseDurationSeconds: DURATION_SECONDS,
    acquireTime,
    renewTime: microTime(clock.now()),
    leaseTransitions: transitions,
  });

  async function current(): Promise<KubeObject | undefined> {
    try {
      return await cluster.get({ kind: form.kind, namespace, name }, stop.signal);
    } catch (error) {
      if (error instanceof AppError && error.code === "not-found") return undefined;
      throw error;
    }
  }

  /** How old a record is that was not here at the last look. */
  async function ageOf(object: KubeObject): Promise<number> {
    if (lookedAt !== undefined && since(lookedAt) <= FRESH) return 0;
    const { leaseTransitions } = specOf(object);
    const changed = form.with(object, specFor(leaseTransitions, microTime(clock.now())));
    return storedSince(cluster, { object, changed }, stop.signal);
  }

  async function expired(object: KubeObject): Promise<boolean> {
    if (isFree(object)) return true;
    const record = JSON.stringify(form.raw(object));
    const [at, day] = [monotonic(), clock.now()];
    if (seen?.record !== record) seen = { record, at: at - (await ageOf(object)), day };
    lookedAt = at;
    return since(seen.at) >= DURATION_SECONDS * 1000;
  }

  let floor = 0;
  const epochAfter = (transitions: number): number =>
    Math.max(transitions, floor, lease.floor?.() ?? 0) + 1;

  /** Lets replicas with fewer Leases take one that was given back; whether one of them did. */
  async function isOutrun(free: KubeObject): Promise<boolean> {
    const patience = Math.min(lease.held?.() ?? 0, MOST_PATIENCE) * PATIENCE_MS;
    if (patience === 0) return false;
    await clock.sleep(millis(patience), stop.signal);
    const now = await current();
    return now?.metadata.resourceVersion !== free.metadata.resourceVersion;
  }

  /** How long the holder's record is good for yet: who waits longer leaves rollouts alone longer. */
  function untilFree(): number {
    const left = seen ? DURATION_SECONDS * 1000 - since(seen.at) : RETRY;
    return left > 0 ? left : RETRY;
  }

  async function acquire(): Promise<void> {
    const now = microTime(clock.now());
    const object = await current();
    if (!object) {
      const epoch = epochAfter(0);
      const created = await cluster.create(
        form.with(form.blank(name, namespace), specFor(epoch, now)),
      );
      won(created.object, epoch);
      return;
    }
    const { holderIdentity, leaseTransitions } = specOf(object);
    if (!(await expired(object))) {
      state = { holder: holderIdentity, leading: false, renewedAt: seen?.day, problem: undefined };
      return;
    }
    if (isFree(object)) {
      if (leftAt !== undefined && since(leftAt) < MODESTY) return;
      if (await isOutrun(object)) return;
    }
    const epoch = epochAfter(leaseTransitions);
    const taken = await cluster.replace(form.with(object, specFor(epoch, now)));
    won(taken.object, epoch);
  }

  function won(object: KubeObject, epoch: number): void {
    const controller = new AbortController();
    const mine: Holding = { controller, renewedAt: clock.now(), renewed: monotonic(), object };
    held = mine;
    state = { holder: identity, leading: true, renewedAt: mine.renewedAt, problem: undefined };
    log.info({ identity, epoch }, "drives rollouts");
    lead({
      epoch,
      signal: controller.signal,
      mayWrite: () => !controller.signal.aborted && age(mine) < RENEW_DEADLINE,
      resign(laterEpoch) {
        floor = Math.max(floor, laterEpoch);
        if (held !== mine) return;
        lose(`a rollout knows of epoch ${laterEpoch}`);
        giveBack(mine.object).catch((err: unknown) => {
          if (!(err instanceof AppError)) log.error({ err }, "the Lease was not given back");
        });
      },
    });
  }

  /** Since the last renewal, by the clock that says more: one of them may stand while a machine sleeps. */
  const age = ({ renewed, renewedAt }: Holding): number =>
    Math.max(since(renewed), clock.now() - renewedAt);

  async function renew(mine: Holding): Promise<void> {
    const { acquireTime, leaseTransitions } = specOf(mine.object);
    const [sentAt, sent] = [clock.now(), monotonic()];
    const renewed = await cluster.replace(
      form.with(mine.object, specFor(leaseTransitions, acquireTime)),
      { signal: stop.signal },
    );
    mine.object = renewed.object;
    // Counted from before the request, so that we never think it lasts longer than others do.
    mine.renewedAt = sentAt;
    mine.renewed = sent;
    state = { ...state, renewedAt: sentAt, problem: undefined };
  }

  async function giveBack(object: KubeObject): Promise<void> {
    await cluster.replace(form.with(object, { ...form.raw(object), holderIdentity: "" }));
  }

  /** Another replica holds fewer Leases: it is to have this one. */
  async function handOver(mine: Holding): Promise<void> {
    lose("another replica is to drive these");
    leftAt = monotonic();
    await giveBack(mine.object);
  }

  function lose(why: string): void {
    held?.controller.abort(new Error(why));
    held = undefined;
    seen = undefined;
    lookedAt = undefined;
    state = { ...state, holder: undefined, leading: false, problem: why };
    log.warn({ identity, why }, "no longer drives rollouts");
  }

  async function turn(): Promise<void> {
    try {
      if (held && lease.isTooMany?.()) await handOver(held);
      else if (held) await renew(held);
      else await acquire();
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof AppError)) throw error;
      if (held && error.code === "conflict") lose("another replica took the Lease");
      else if (held && age(held) >= RENEW_DEADLINE) lose(error.message);
      else if (!held && error.code === "forbidden" && form === leaseRecord) form = configMapRecord;
      else if (!held && error.code !== "conflict") state = { ...state, problem: error.message };
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await turn();
      const wait = held ? RETRY : millis(Math.min(RETRY + Math.round(random() * 400), untilFree()));
      await clock.sleep(wait, stop.signal).catch(() => undefined);
    }
  }
  const running = run().catch((err: unknown) => {
    log.error({ err }, "the election for rollouts ended by a bug");
    lose("the election failed");
  });

  return {
    state: () => state,
    async close() {
      const mine = held;
      stop.abort(new Error("the server stops"));
      held?.controller.abort(new Error("the server stops"));
      held = undefined;
      await running;
      if (!mine) return;
      await giveBack(mine.object).catch((error: unknown) => {
        // The others wait 15 s then; nothing more can be done on the way out.
        log.warn({ err: error }, "the Lease was not given back");
      });
    },
  };
}
