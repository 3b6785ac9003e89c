import { isTerminal } from "@/lib/rollout/status";
import { seconds } from "@/lib/base/units";
import type { KindId } from "@/lib/istio/kinds";
import { keyOf } from "./config-map-store";
import { type DriverNeeds, driveRollout } from "./drive-rollout";
import type { RolloutRecord, RolloutRef } from "./rollout-store";
import { type Wake, wakeUp } from "./wake";

/** Changes of these kinds can matter to a rollout. */
const WATCHED: readonly KindId[] = [
  "ConfigMap",
  "VirtualService",
  "DestinationRule",
  "Deployment",
  "Pod",
];

/** A bug must neither end a rollout nor spin. */
const AFTER_BUG = seconds(10);

/** Drives every rollout that has not ended, each by itself, until leadership ends. */
export function driveAll(needs: DriverNeeds): void {
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

  function look(): void {
    for (const record of store.list()) {
      if ("problem" in record || !needsDriving(record)) continue;
      const wake = driven.get(keyOf(record.ref));
      if (wake) wake.call();
      else start(record.ref);
    }
  }

  const stop = mesh.onChange((_, kinds) => {
    if (WATCHED.some((kind) => kinds.has(kind))) look();
  });
  leadership.signal.addEventListener("abort", stop, { once: true });
  look();
}

const needsDriving = ({ status, commands }: RolloutRecord): boolean =>
  !isTerminal(status) || commands.length > status.commandsSeen;
