import { seconds } from "@/lib/base/units";
import type { KindId } from "@/lib/istio/kinds";
import { type DriverNeeds, driveRollout, hasEnded } from "./drive-rollout";
import { keyOf, type RolloutRecord, type RolloutRef } from "./rollout-store";
import { type Turns, turnsOf } from "./turns";
import { type Wake, wakeUp } from "./wake";

/** A rollout's record and its targets: changes of one matter to nobody else. */
const OWN: readonly KindId[] = ["CanaryRollout", "ConfigMap", "VirtualService", "HTTPRoute"];
/** Changes of these kinds may matter to every rollout. */
const SHARED: readonly KindId[] = ["DestinationRule", "Deployment", "Pod"];

/** So many rollouts are looked after at a time: more would only wait for each other. */
const AT_ONCE = 4;

/** A bug must neither end a rollout nor spin. */
const AFTER_BUG = seconds(10);

/**
 * Drives every rollout of its own that has not ended, each by itself, until leadership ends. Resolves
 * when all have stopped after `closing`.
 */
export function driveAll(
  needs: DriverNeeds & {
    /** Which rollouts are this leader's. */
    readonly isOurs: (ref: RolloutRef) => boolean;
  },
): () => Promise<void> {
  const { store, mesh, clock, log, leadership, closing } = needs;
  const driven = new Map<string, Wake>();
  const running = new Set<Promise<void>>();
  const turns: Turns = turnsOf(AT_ONCE);

  function start(ref: RolloutRef): void {
    const key = keyOf(ref);
    const wake = wakeUp(clock);
    driven.set(key, wake);
    const drive = driveRollout({ ...needs, turns }, ref, wake)
      .catch(async (err: unknown) => {
        if (leadership.signal.aborted) return;
        log.error({ err, rollout: key }, "a rollout's driver failed");
        await clock.sleep(AFTER_BUG, leadership.signal).catch(() => undefined);
      })
      .finally(() => {
        driven.delete(key);
        running.delete(drive);
      });
    running.add(drive);
  }

  /** What each rollout's record and target were when it was last woken. */
  const known = new Map<string, string>();

  /** Wakes those whose record or target changed; all of them when what many share did. */
  function look(all: boolean): void {
    if (closing?.aborted) return;
    for (const record of store.list()) {
      if ("problem" in record || !needs.isOurs(record.ref) || hasEnded(record)) continue;
      const key = keyOf(record.ref);
      const versions = versionsOf(record);
      const wake = driven.get(key);
      if (!wake) start(record.ref);
      else if (all || known.get(key) !== versions) wake.call();
      known.set(key, versions);
    }
  }

  /** Versions of all that is a rollout's own, in one text. */
  function versionsOf({ resourceVersion, status }: RolloutRecord): string {
    const view = mesh.view();
    const targets = status.targets.map(
      ({ kind, namespace, name }) => view.get(kind, namespace, name)?.metadata.resourceVersion,
    );
    return [resourceVersion, ...targets].join(" ");
  }

  const stop = mesh.onChange((_, kinds) => {
    if (SHARED.some((kind) => kinds.has(kind))) look(true);
    else if (OWN.some((kind) => kinds.has(kind))) look(false);
  });
  leadership.signal.addEventListener("abort", stop, { once: true });
  needs.mail?.onDelivered((ref) => driven.get(keyOf(ref))?.call(), leadership.signal);
  look(true);
  return async () => {
    for (const wake of driven.values()) wake.call();
    await Promise.all(running);
  };
}
