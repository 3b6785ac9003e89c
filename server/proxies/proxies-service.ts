import { AppError } from "@/lib/base/errors";
import { between, instant, type Instant, type Millis, millis, seconds } from "@/lib/base/units";
import { CONFIG_KINDS, type KindId } from "@/lib/istio/kinds";
import { proxyCause, type Propagation, propagationOf } from "@/lib/xds/proxy-state";
import type { ProxySync } from "@/lib/xds/sync-status";
import type { XdsType } from "@/lib/xds/xds-type";
import type { Istiod } from "../istiod/istiod-client";
import type { Sources } from "../live/sources";
import type { Logger } from "../log";
import type { Clock, Live, MeshStore } from "../ports";
import { SyncCollector, type SyncSnapshot } from "./sync-collector";

/** Nobody changed anything: how often istiods are asked while pages look. */
const CALM = seconds(3);
/** After a change, and while proxies have not answered yet. */
const BUSY = millis(500);
/** So long after a change the quick pace is kept at least: istiod waits before it pushes. */
const AFTER_CHANGE = seconds(2);
/** So long at most, if proxies do not answer. */
const BUSY_AT_MOST = seconds(15);
/** So long a page waits for the first answer before it shows what the cluster alone says. */
const PATIENCE = millis(400);
/** So long who follows a change waits for istiods that answer slowly, before he is shown what is known. */
const FOLLOWER_PATIENCE = seconds(1);
/** Pages hear at least this often that the table is still fresh. */
const HEARTBEAT = seconds(10);

/** Changes of these make istiod push. */
const PUSHING: ReadonlySet<KindId> = new Set<KindId>([
  ...CONFIG_KINDS,
  "Service",
  "Pod",
  "EndpointSlice",
]);

/** What each proxy of the mesh has, as the istiods see it; read once for all who look. */
export interface Proxies {
  /** What is known now; asks the istiods first where that is old. @throws AppError when nothing is known */
  snapshot(): Promise<SyncSnapshot>;
  /**
   * The same, but what is known already where no istiod was heard yet and the first answer takes
   * long (an istiod of ten thousand proxies writes tens of megabytes): then `at` is undefined, and
   * live topic "proxies" tells when there is more. @throws AppError when nothing is known
   */
  early(): Promise<SyncSnapshot>;
  /** What is known now, however old; empty before any istiod was asked. */
  known(): SyncSnapshot;
  /**
   * How far the newest configuration has come: among all proxies, or among those that `of` names.
   * With `since`, the time of a write, it follows that change: nobody holds it before istiod has
   * pushed, and only those count whom it was sent to. Nobody waits for an istiod that takes long: then
   * it is what was heard last, `readAt`, and live topic "proxies" tells when there is more.
   */
  propagation(options?: {
    readonly of?: (proxy: ProxySync) => boolean;
    readonly since?: Instant;
  }): Promise<Propagation>;
  /** Ends the refresh loop. */
  close(): void;
}

interface Needs {
  readonly istiod: Istiod;
  readonly mesh: MeshStore;
  readonly live: Live;
  readonly clock: Clock;
  readonly log: Logger;
  readonly sources: Sources;
}

/** Keeps the proxies' states: in a loop while pages look, faster after a change of the mesh. */
export function proxiesService(needs: Needs): Proxies {
  const { mesh, live, clock, log, sources } = needs;
  const collector = new SyncCollector(needs.istiod, clock);
  const stop = new AbortController();
  let pending: Promise<boolean> | undefined;
  let looping = false;
  let changedAt: Instant | undefined;
  let publishedAt: Instant | undefined;
  let wake: AbortController | undefined;

  async function collect(): Promise<boolean> {
    const news = await collector.collect(mesh.view(), stop.signal);
    const { error, istiods } = collector.snapshot;
    const failed = istiods.find((istiod) => istiod.error);
    if (error) sources.failed("istiod", error);
    else if (failed?.error) {
      sources.failed(
        "istiod",
        new AppError("unavailable", failed.error.message, { hint: failed.error.hint }),
      );
    } else sources.answered("istiod");
    return news;
  }

  /** One round at a time; who asks meanwhile shares it. */
  function collected(): Promise<boolean> {
    pending ??= collect().finally(() => (pending = undefined));
    return pending;
  }

  function isBusy(now: Instant): boolean {
    const since = changedAt === undefined ? Infinity : between(changedAt, now);
    if (since < AFTER_CHANGE) return true;
    const waiting = collector.snapshot.proxies.some(
      (proxy) => proxyCause(proxy, now).state === "pending",
    );
    return since < BUSY_AT_MOST && waiting;
  }

  async function loop(): Promise<void> {
    if (looping) return;
    looping = true;
    try {
      while (!stop.signal.aborted && live.listeners > 0) {
        if (mesh.ready) {
          const news = await collected();
          const now = clock.now();
          const quiet = publishedAt === undefined ? Infinity : between(publishedAt, now);
          if (news || quiet >= HEARTBEAT) {
            publishedAt = now;
            live.publish({ topic: "proxies", at: now });
          }
        }
        await pause(isBusy(clock.now()) ? BUSY : CALM);
      }
    } finally {
      looping = false;
    }
  }

  /** Sleeps, unless a change of the mesh ends it early. */
  async function pause(length: typeof CALM): Promise<void> {
    wake = new AbortController();
    const woken = wake.signal;
    try {
      await clock.sleep(length, AbortSignal.any([woken, stop.signal]));
    } catch (error) {
      if (!woken.aborted && !stop.signal.aborted) throw error;
    }
  }

  function start(): void {
    loop().catch((err: unknown) => {
      if (!stop.signal.aborted) log.error({ err }, "the proxies are no longer refreshed");
    });
  }

  const stopDemand = live.onDemand((wanted) => {
    if (wanted) start();
  });
  const stopChanges = mesh.onChange((_view, kinds) => {
    if (![...kinds].some((kind) => PUSHING.has(kind))) return;
    const calm = !isBusy(clock.now());
    changedAt = clock.now();
    // In the quick pace the next question is near anyway.
    if (calm) wake?.abort();
  });

  /** Why istiods cannot even be looked for. */
  function blocked(): AppError | undefined {
    const pods = mesh.problems().find(({ kind }) => kind === "Pod");
    if (pods) return pods.error;
    if (mesh.ready) return undefined;
    return new AppError("unavailable", "The cluster has not been read yet", {
      hint: "The proxies appear as soon as its pods are listed.",
    });
  }

  async function known(newerThan: Instant): Promise<SyncSnapshot> {
    const why = blocked();
    if (why && collector.snapshot.proxies.length === 0) throw why;
    const { at } = collector.snapshot;
    if (at === undefined || at < newerThan) {
      // A round under way may have asked before that moment.
      if (pending) await pending;
      if (collector.snapshot.at === undefined || collector.snapshot.at < newerThan) {
        await collected();
      }
    }
    const { snapshot } = collector;
    if (snapshot.error) throw snapshot.error;
    return snapshot;
  }

  const snapshot = () => known(instant(clock.now() - 2 * CALM));

  /** What there is before the first answer; resolves with the answer where that comes soon. */
  async function early(): Promise<SyncSnapshot> {
    const heard = snapshot();
    return collector.snapshot.at === undefined ? soon(heard, PATIENCE) : heard;
  }

  /** What is heard within `patience`; what is known where that takes longer, and is told then. */
  async function soon(heard: Promise<SyncSnapshot>, patience: Millis): Promise<SyncSnapshot> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, stop.signal]);
    const waited = clock.sleep(patience, signal).catch(() => undefined);
    try {
      const first = await Promise.race([heard, waited]);
      if (first) return first;
    } finally {
      over.abort();
    }
    const tell = () => live.publish({ topic: "proxies", at: clock.now() });
    heard.then(tell, tell);
    return collector.snapshot;
  }

  return {
    snapshot,
    early,
    known: () => collector.snapshot,
    async propagation({ of = () => true, since } = {}) {
      const now = clock.now();
      // Who follows a change wants to see it arrive.
      const newerThan = since === undefined ? now - CALM : Math.max(since, now - BUSY);
      const { proxies, at } = await soon(known(instant(newerThan)), FOLLOWER_PATIENCE);
      const isUnheard = since !== undefined && (at === undefined || at < since);
      const change = since !== undefined && {
        at: since,
        isUnheard,
        isSentAfter: (proxy: ProxySync, type: XdsType) => collector.isSentAfter(proxy, type, since),
      };
      const told = propagationOf(proxies.filter(of), clock.now(), change || undefined);
      return { ...told, readAt: at };
    },
    close() {
      stop.abort(new Error("the server stops"));
      stopDemand();
      stopChanges();
    },
  };
}
