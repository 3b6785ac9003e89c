import { AppError } from "@/lib/base/errors";
import { after, between, seconds } from "@/lib/base/units";
import type { KindId } from "@/lib/istio/kinds";
import { sameJson } from "@/lib/k8s/json-value";
import { preflight } from "@/lib/rollout/preflight";
import { initialStatus, isTerminal, type RolloutStatus } from "@/lib/rollout/status";
import type { Logger } from "../log";
import type { Clock, MeshStore } from "../ports";
import type { Leadership } from "./leadership";
import {
  type Entry,
  keyOf,
  type RolloutRecord,
  type RolloutRef,
  STORE_TYPES,
  type WaitingRollout,
} from "./rollout-store";
import { type RolloutStores, standingOf } from "./rollout-stores";
import { isDefined } from "./store-choice";
import { wakeUp } from "./wake";
import type { StoreWatcher } from "./watched-store";

/** Better places are looked for this often (rollouts.md 6.5). */
const LOOK_AGAIN = seconds(60);
/** While a place that was defined is not served yet. */
const LOOK_SOON = seconds(5);

/** Kinds whose changes may give it something to do. */
const NEWS: readonly KindId[] = ["CanaryRollout", "ConfigMap", "CustomResourceDefinition"];

interface KeeperNeeds {
  readonly stores: RolloutStores;
  readonly mesh: MeshStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leadership: Leadership;
  /** Which rollouts are this leader's. */
  readonly isOurs: (ref: RolloutRef) => boolean;
  readonly watcher: Pick<StoreWatcher, "addressed" | "announce">;
}

/**
 * Looks after where rollouts are kept, while this process leads: starts those that somebody
 * applied, and moves what lies in a worse place than it could.
 */
export function keepRollouts(needs: KeeperNeeds): void {
  const { mesh, clock, log, leadership } = needs;
  const { signal } = leadership;
  const wake = wakeUp(clock);
  const stop = mesh.onChange((_, kinds) => {
    if (NEWS.some((kind) => kinds.has(kind))) wake.call();
  });
  signal.addEventListener("abort", stop, { once: true });

  async function keep(): Promise<void> {
    let settledAt = clock.now();
    while (!signal.aborted) {
      const { stores } = needs;
      if (mesh.ready && leadership.mayWrite()) {
        for (const waiting of stores.waiting()) await trying(waiting.ref, admit, waiting);
        if (isMoveDue() || between(settledAt, clock.now()) >= LOOK_AGAIN) {
          for (const entry of stores.entries()) await trying(entry.ref, settle, entry);
          settledAt = clock.now();
        }
      }
      await wake.until(after(clock.now(), isMoveDue() ? LOOK_SOON : LOOK_AGAIN), signal);
    }
  }

  /** Whether a rollout that runs lies elsewhere though CanaryRollouts are defined. */
  const isMoveDue = (): boolean =>
    isDefined(mesh) &&
    needs.stores
      .entries()
      .some(
        ({ store, content, ref }) =>
          store !== "customResource" &&
          "status" in content &&
          !isTerminal(content.status) &&
          needs.isOurs(ref),
      );

  async function trying<T>(
    ref: RolloutRef,
    act: (needs: KeeperNeeds, of: T) => Promise<void>,
    of: T,
  ): Promise<void> {
    if (signal.aborted || !needs.isOurs(ref)) return;
    try {
      await act(needs, of);
    } catch (err) {
      if (signal.aborted || !(err instanceof AppError)) throw err;
      // Somebody else was quicker; the next look finds what there is then.
      if (err.code === "conflict" || err.code === "not-found") wake.call();
      log.warn({ err, rollout: keyOf(ref) }, "a rollout could not be started or moved for now");
    }
  }

  keep().catch((err: unknown) => {
    if (!signal.aborted) log.error({ err }, "the keeper of rollouts failed");
  });
}

/** Starts a rollout that was applied, or rejects it with the first thing that speaks against it. */
async function admit(
  { stores, mesh, clock, log, leadership, watcher }: KeeperNeeds,
  { ref, rollout, by }: WaitingRollout,
): Promise<void> {
  const { customResource } = stores.of;
  const newest = await customResource.fetch(ref, leadership.signal);
  if (!newest || "status" in newest.content || "problem" in newest.content) return;
  if (newest.movedFrom !== undefined) return;
  const running = stores
    .list()
    .flatMap((record) =>
      "problem" in record || isTerminal(record.status) ? [] : [record.rollout],
    );
  const refused = preflight(mesh.view(), rollout, running).find(({ level }) => level === "error");
  const now = clock.now();
  const fresh = { ...initialStatus(by, now), epoch: leadership.epoch };
  const status: RolloutStatus = refused
    ? {
        ...fresh,
        state: {
          phase: "Rejected",
          reason: refused.code,
          message: `${refused.field}: ${refused.message}`,
          at: now,
        },
      }
    : fresh;
  const { resourceVersion } = newest;
  const first: RolloutRecord = {
    ...{ ref, store: "customResource", rollout, status, resourceVersion },
    ...{ commands: [], suspended: false, deleted: false },
  };
  const addressed = watcher.addressed({ record: first, before: undefined });
  const record = await customResource.begin(newest, addressed);
  watcher.announce({ record, before: undefined });
  log.info(
    { audit: true, action: "start-rollout", rollout: ref.name, namespace: ref.namespace, user: by },
    refused ? "rejected" : "write",
  );
}

/** Moves a rollout that runs to the best place there is, and tidies up behind moves that stopped halfway. */
async function settle({ stores, log }: KeeperNeeds, entry: Entry): Promise<void> {
  const { ref } = entry;
  const entries = stores.entries().filter((other) => keyOf(other.ref) === keyOf(ref));
  const [standing] = standingOf(entries);
  if (standing !== entry || !("status" in entry.content) || isTerminal(entry.content.status)) {
    return;
  }
  const { store: best } = await stores.choice(ref.namespace);
  if (best === "manual" || best === "annotation") return;
  if (STORE_TYPES.indexOf(best) >= STORE_TYPES.indexOf(entry.store)) return;
  await move(stores, entry, best);
  log.info({ rollout: keyOf(ref), from: entry.store, to: best }, "a rollout was moved");
}

/**
 * Copies a rollout, holds the copy against the original, and only then deletes the original, if it
 * is still the version that was copied: that is the moment from which the copy counts.
 */
async function move(
  stores: RolloutStores,
  entry: Entry,
  best: "customResource" | "configMap",
): Promise<void> {
  const source = stores.of[entry.store];
  const goal = stores.of[best];
  const original = await source.fetch(entry.ref);
  if (!original || !("status" in original.content)) return;
  const { rollout, status, commands } = original.content;
  const before = await goal.fetch(entry.ref);
  if (before) {
    // What is left of an earlier try is made anew; what is somebody else's is not touched.
    if (before.movedFrom !== original.uid) return;
    await goal.discard(before);
  }
  await goal.create(rollout, status, { commands, movedFrom: original.uid });
  const copy = await goal.fetch(entry.ref);
  if (!copy || !isSame(copy, original.content)) {
    throw new AppError(
      "conflict",
      `The copy of rollout ${entry.ref.name} is not what it should be`,
    );
  }
  await source.remove(original.content);
}

function isSame({ content }: Entry, { rollout, status, commands }: RolloutRecord): boolean {
  if (!("status" in content)) return false;
  const copy = [content.rollout, content.status, content.commands];
  return sameJson(copy, [rollout, status, commands]);
}
