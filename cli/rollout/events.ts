import { AppError } from "@/lib/base/errors";
import { canonicalRevision } from "@/lib/istio/labels";
import { KINDS } from "@/lib/istio/kinds";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { isRecord } from "@/lib/k8s/json-value";
import { ROLLOUT_KIND } from "@/lib/rollout/plan";
import { subsetsOf } from "@/lib/rollout/version-facts";
import { resolveHost } from "@/lib/istio/host";
import { commandRollout } from "@/server/rollouts/start-rollout";
import { deskOf } from "./desk-of";
import { readyStatus } from "./given-objects";
import type { Replica } from "./replica";
import type { SimulationEvent } from "./simulation-file";
import type { World } from "./world";

/** Does what the file says happens at this moment. */
export async function doEvent(world: World, event: SimulationEvent): Promise<void> {
  const { time } = world;
  if ("command" in event) await command(world, event);
  else if ("patch" in event) await patch(world, event.patch);
  else if ("delete" in event) await remove(world, event.delete);
  else if ("podsReady" in event) setReady(world, event.podsReady);
  else if ("clock" in event) {
    for (const { gate } of chosen(world, event.clock)) gate.jump(event.jump * 1000);
  } else if ("kill" in event) {
    for (const replica of chosen(world, event.kill)) kill(world, replica, event.when);
  } else if ("restart" in event) {
    for (const replica of chosen(world, event.restart)) {
      // What stands still cannot end in order.
      if (replica.gate.isFrozen) replica.kill();
      else await replica.close();
      world.replace(replica);
    }
  } else {
    for (const { gate } of chosen(world, event.freeze)) {
      gate.freeze();
      time.simulation.after(event.for * 1000, () => {
        gate.thaw();
        time.stir();
      });
    }
  }
  await time.settle();
}

const TRAPS = { intent: "status", dryRun: "dryRun", write: "weights", readBack: "reads" } as const;

/** Ends a process between two moments, at once or at its next request of a kind. */
function kill(world: World, replica: Replica, when: keyof typeof TRAPS | undefined): void {
  const died = () => {
    replica.kill();
    world.replace(replica);
  };
  if (when === undefined) died();
  else replica.gate.arm(TRAPS[when], died);
}

function chosen({ replicas, warn }: World, which: number | "leader" | "all"): readonly Replica[] {
  if (which === "all") return [...replicas];
  if (typeof which === "number") {
    const replica = replicas[which];
    if (!replica) warn(`there is no process ${which}`);
    return replica ? [replica] : [];
  }
  const leader = replicas.find(({ rollouts }) => {
    const driver = rollouts.driver();
    return driver.type === "on" && driver.leading;
  });
  if (!leader) warn("no process leads at that moment");
  return leader ? [leader] : [];
}

async function command(
  world: World,
  event: Extract<SimulationEvent, { command: unknown }>,
): Promise<void> {
  const { rollouts, warn } = world;
  const target =
    rollouts.find(({ metadata }) => metadata.name === event.rollout) ??
    (event.rollout === undefined ? rollouts[0] : undefined);
  if (!target) {
    warn(`there is no rollout ${event.rollout ?? ""}`);
    return;
  }
  const { id = world.nextCommandId(), command, mode, force, reason, by } = event;
  const type = command === "abort" && mode === "rollback" ? "rollback" : command;
  const acts = deskOf(world, by);
  try {
    await commandRollout(acts, target.metadata, { id, type, force, reason });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    warn(`${type}: ${error.message}`);
  }
}

async function patch(
  world: World,
  { kind, name, namespace, json }: Extract<SimulationEvent, { patch: unknown }>["patch"],
): Promise<void> {
  // To remove the whole document is to delete the object.
  const isWhole = json.some(
    (each) => isRecord(each) && each["op"] === "remove" && each["path"] === "",
  );
  if (isWhole) {
    await remove(world, { kind, name, namespace });
    return;
  }
  const { desk, warn } = world;
  const place = placeOf(world, { kind, name, namespace });
  if (!place) return;
  try {
    await desk.cluster.patch(place, { type: "json", body: json, fieldManager: "user" });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    warn(`patch of ${kind} ${name}: ${error.message}`);
  }
}

/** Deletes an object as a user does; a rollout by the object that keeps it. */
async function remove(
  world: World,
  { kind, name, namespace }: Extract<SimulationEvent, { delete: unknown }>["delete"],
): Promise<void> {
  const { desk, warn } = world;
  const isRollout = kind === ROLLOUT_KIND && !isKeptAsItself(world, { name, namespace });
  const place = placeOf(world, {
    kind: isRollout ? "ConfigMap" : kind,
    name: isRollout ? `mesh-rollout-${name}` : name,
    namespace,
  });
  if (!place) return;
  try {
    await desk.cluster.delete(place);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    warn(`delete of ${kind} ${name}: ${error.message}`);
  }
}

/** Whether a rollout lies in an object of its own kind. */
function isKeptAsItself(
  { cluster, rollouts }: World,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
): boolean {
  const own = namespace ?? rollouts[0]?.metadata.namespace ?? "";
  return cluster.view().get(ROLLOUT_KIND, own, name) !== undefined;
}

/** Where an object is; undefined, and told, where the product knows no such kind. */
function placeOf(
  { rollouts, warn }: World,
  named: { readonly kind: string; readonly name: string; readonly namespace?: string | undefined },
) {
  const { kind, name, namespace } = named;
  const id = KINDS.find((info) => info.kind === kind || info.id === kind)?.id;
  if (id) return { kind: id, name, namespace: namespace ?? rollouts[0]?.metadata.namespace ?? "" };
  warn(`there is no kind ${kind}`);
  return undefined;
}

/** Makes so many pods of a version ready, and the others not. */
function setReady(
  { cluster, rollouts, warn }: World,
  { version, ready }: { readonly version: string; readonly ready: number },
): void {
  const mesh = cluster.view();
  const labels = rollouts
    .flatMap(({ spec, metadata: { namespace } }) =>
      subsetsOf(mesh, resolveHost(spec.target.host, namespace), namespace),
    )
    .find(({ name }) => name === version)?.labels;
  const isOf = (pod: KubeObject) =>
    labels
      ? hasLabels(pod.metadata.labels, labels)
      : canonicalRevision(pod.metadata.labels) === version ||
        pod.metadata.labels?.["app"] === version;
  const pods = mesh.list("Pod").filter(isOf);
  if (pods.length < ready) warn(`${version} has ${pods.length} pods, not ${ready}`);
  pods.forEach((pod, index) =>
    cluster.state.store.update({ ...pod, status: readyStatus(index < ready) }),
  );
}
