import { isTerminal } from "@/lib/rollout/status";
import { seconds } from "@/lib/base/units";
import type { KindId } from "@/lib/istio/kinds";
import { type DriverNeeds, driveRollout } from "./drive-rollout";
import { keyOf, type RolloutRecord, type RolloutRef } from "./rollout-store";
import { type Wake, wakeUp } from "./wake";
import { targetOf } from "./write-weights";

/** A rollout's record and its target: changes of one matter to nobody else. */
const OWN: readonly KindId[] = ["CanaryRollout", "ConfigMap", "VirtualService"];
/** Changes of these kinds may matter to every rollout. */
const SHARED: readonly KindId[] = ["DestinationRule", "Deployment", "Pod"];

/** A bug must neither end a rollout nor spin. */
const AFTER_BUG = seconds(10);

/** Drives every rollout of its own that has not ended, each by itself, until leadership ends. */
export function driveAll(
  needs: DriverNeeds & {
    /** Which rollouts are this leader's. */
    readonly isOurs: (ref: RolloutRef) => boolean;
  },
): void {
  const { store, mesh, clock, log, leadership } = needs;
  const driven = new Map<string, Wake>();

  function start(ref: RolloutRef): void {
    const key = keyOf(ref);
    const wake = wakeUp(clock);
    driven.set(key, wake);
    driveRollout(needs, ref, wake)
      .catch(async (err: unknown) => {
        if (leadership.signal.aborted) return;
        log.error({ err, rollout: key }, "a rollout's driver failed");
        await clock.sleep(AFTER_BUG, leadership.signal).catch(() => undefined);
      })
      .finally(() => {
        driven.delete(key);
      });
  }

  /** What each rollout's record and target were when it was last woken. */
  const known = new Map<string, string>();

  /** Wakes those whose record or target changed; all of them when what many share did. */
  function look(all: boolean): void {
    for (const record of store.list()) {
      if ("problem" in record || !needs.isOurs(record.ref) || !needsDriving(record)) continue;
      const key = keyOf(record.ref);
      const { kind, namespace, name } = targetOf(record);
      const target = mesh.view().get(kind, namespace, name)?.metadata.resourceVersion;
      const versions = `${record.resourceVersion} ${target ?? ""}`;
      const wake = driven.get(key);
      if (!wake) start(record.ref);
      else if (all || known.get(key) !== versions) wake.call();
      known.set(key, versions);
    }
  }

  const stop = mesh.onChange((_, kinds) => {
    if (SHARED.some((kind) => kinds.has(kind))) look(true);
    else if (OWN.some((kind) => kinds.has(kind))) look(false);
  });
  leadership.signal.addEventListener("abort", stop, { once: true });
  look(true);
}

const needsDriving = ({ status, commands }: RolloutRecord): boolean =>
  !isTerminal(status) || commands.length > status.commandsSeen;
