import { AppError } from "@/lib/base/errors";
import { canonicalRevision } from "@/lib/istio/labels";
import { KINDS } from "@/lib/istio/kinds";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { subsetsOf } from "@/lib/rollout/version-facts";
import { resolveHost } from "@/lib/istio/host";
import { commandRollout } from "@/server/rollouts/start-rollout";
import { deskOf } from "./desk-of";
import { readyStatus } from "./given-objects";
import type { Replica } from "./replica";
import type { SimulationEvent } from "./simulation-file";
import type { World } from "./world";

let commands = 0;

/** Does what the file says happens at this moment. */
export async function doEvent(world: World, event: SimulationEvent): Promise<void> {
  const { time } = world;
  if ("command" in event) await command(world, event);
  else if ("patch" in event) await patch(world, event.patch);
  else if ("podsReady" in event) setReady(world, event.podsReady);
  else if ("kill" in event) {
    for (const replica of chosen(world, event.kill)) {
      replica.kill();
      world.replace(replica);
    }
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
  const { id = `c${(commands += 1)}`, command: type, force, reason, by } = event;
  const acts = deskOf(world, by);
  try {
    await commandRollout(acts, target.metadata, { id, type, force, reason });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    warn(`${type}: ${error.message}`);
  }
}

async function patch(
  { desk, rollouts, warn }: World,
  { kind, name, namespace, json }: Extract<SimulationEvent, { patch: unknown }>["patch"],
): Promise<void> {
  const id = KINDS.find((info) => info.kind === kind || info.id === kind)?.id;
  if (!id) {
    warn(`patch: no kind ${kind}`);
    return;
  }
  const place = { kind: id, name, namespace: namespace ?? rollouts[0]?.metadata.namespace ?? "" };
  try {
    await desk.cluster.patch(place, { type: "json", body: json, fieldManager: "user" });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    warn(`patch of ${kind} ${name}: ${error.message}`);
  }
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
