import type { KindId } from "@/lib/istio/kinds";
import { hasLabels } from "@/lib/k8s/label-selector";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import type { ObjectStore, SimulationClock, StoreEvent } from "@/sandbox/contracts";
import { hashText } from "@/sandbox/random";
import { concernsAmbient, reconcileCapture, reconcileWaypoint } from "./ambient";
import type { ControllerContext } from "./controller-context";
import { reconcileDeployment } from "./deployments";
import { Kubelet } from "./kubelet";
import { ObjectIndex } from "./object-index";
import { reconcileEndpoints } from "./service-endpoints";

const REACTION_MS = 20;
const FASTEST_START_MS = 400;
const START_SPREAD_MS = 800;
const MAX_ROUNDS = 100;

/** The controllers of the embedded cluster while they run. */
export interface Workloads {
  /** Brings everything to rest at once, pods ready: how a scenario begins. */
  settle(): void;
  stop(): void;
}

/**
 * What a cluster's controllers, scheduler and kubelets do, as far as a mesh needs it: Deployments
 * make ReplicaSets, these make Pods, Pods get a node, an address and become ready, and Services
 * get their endpoints.
 */
export function startWorkloads(store: ObjectStore, clock: SimulationClock): Workloads {
  const controllers = new Controllers(store, clock);
  const unsubscribe = store.subscribe((event) => controllers.notice(event));
  return {
    settle: () => controllers.settle(),
    stop: () => {
      unsubscribe();
      controllers.stop();
    },
  };
}

class Controllers {
  private readonly deployments = new Set<string>();
  private readonly services = new Set<string>();
  private readonly captures = new Set<string>();
  private readonly waypoints = new Set<string>();
  /** What waits for each controller, in the order in which they work. */
  private readonly queues = [
    ["KubernetesGateway", this.waypoints, reconcileWaypoint],
    ["Deployment", this.deployments, reconcileDeployment],
    ["Service", this.services, reconcileEndpoints],
    ["Namespace", this.captures, reconcileCapture],
  ] as const;
  private readonly timers = new Set<() => void>();
  private readonly index: ObjectIndex;
  private readonly kubelet: Kubelet;
  private readonly context: ControllerContext;
  private podNumber = 0;
  private wake: (() => void) | undefined;
  private settling = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly clock: SimulationClock,
  ) {
    this.index = new ObjectIndex(store);
    this.kubelet = new Kubelet(this.index, clock);
    this.context = {
      store,
      index: this.index,
      nextPodNumber: () => ++this.podNumber,
      placed: (pod) => (this.settling ? this.kubelet.running(pod) : pod),
    };
  }

  notice(event: StoreEvent): void {
    this.index.notice(event);
    const { kind, object, type } = event;
    if (kind === "Deployment" && type !== "DELETED") this.deployments.add(objectKey(object));
    if (kind === "ReplicaSet") this.noticeOwner(object);
    if (kind === "Service" && type !== "DELETED") this.services.add(objectKey(object));
    if (kind === "Pod") this.noticePod(object, type);
    if (kind === "Namespace" && type !== "DELETED") this.captures.add(objectKey(object));
    if (kind === "KubernetesGateway" && type !== "DELETED") this.waypoints.add(objectKey(object));
    const noticed = this.queues.some(([, keys]) => keys.size > 0);
    if (noticed) this.schedule();
  }

  settle(): void {
    this.settling = true;
    for (const deployment of this.store.view().list("Deployment"))
      this.deployments.add(objectKey(deployment));
    for (const service of this.store.view().list("Service")) this.services.add(objectKey(service));
    for (const pod of this.store.view().list("Pod")) this.startPod(pod);
    for (const namespace of this.store.view().list("Namespace"))
      this.captures.add(objectKey(namespace));
    for (const gateway of this.store.view().list("KubernetesGateway"))
      this.waypoints.add(objectKey(gateway));
    this.reconcile();
    this.settling = false;
  }

  stop(): void {
    this.wake?.();
    for (const cancel of this.timers) cancel();
  }

  private noticePod(pod: KubeObject, type: StoreEvent["type"]): void {
    const set = pod.metadata.ownerReferences?.find(({ kind }) => kind === "ReplicaSet");
    const owner = set && this.store.get("ReplicaSet", pod.metadata.namespace ?? "", set.name);
    if (owner) this.noticeOwner(owner);
    for (const service of this.index.inNamespace("Service", pod.metadata.namespace ?? "")) {
      const { selector } = serviceSpec(service);
      if (selector && hasLabels(pod.metadata.labels, selector))
        this.services.add(objectKey(service));
    }
    if (type === "DELETED") return;
    const home = this.store.get("Namespace", "", pod.metadata.namespace ?? "");
    if (home && concernsAmbient(pod, home)) this.captures.add(objectKey(home));
    if (podStatus(pod).podIP === undefined) this.startPod(pod);
    else this.setReady(pod);
  }

  private noticeOwner(object: KubeObject): void {
    const owner = object.metadata.ownerReferences?.find(({ kind }) => kind === "Deployment");
    if (owner) this.deployments.add(`${object.metadata.namespace ?? ""}/${owner.name}`);
  }

  private schedule(): void {
    if (this.settling || this.wake) return;
    this.wake = this.clock.after(REACTION_MS, () => {
      this.wake = undefined;
      this.reconcile();
    });
  }

  /** Works off what was noticed, and what that work brings up, until nothing is left. */
  private reconcile(): void {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const taken = this.queues.map(([kind, keys, act]) => [kind, take(keys), act] as const);
      if (taken.every(([, keys]) => keys.length === 0)) return;
      for (const [kind, keys, act] of taken) for (const key of keys) this.each(kind, key, act);
    }
  }

  private each(
    kind: KindId,
    key: string,
    act: (context: ControllerContext, object: KubeObject) => void,
  ): void {
    const [name = "", namespace = ""] = key.split("/").reverse();
    const object = this.store.get(kind, namespace, name);
    // A namespace that is being deleted takes nothing new.
    if (this.store.get("Namespace", "", namespace)?.metadata.deletionTimestamp) return;
    if (object) act(this.context, object);
  }

  private startPod(pod: KubeObject): void {
    if (podStatus(pod).podIP !== undefined) return;
    if (this.settling) return this.run(pod);
    const delay = FASTEST_START_MS + (hashText(pod.metadata.name) % START_SPREAD_MS);
    const cancel = this.clock.after(delay, () => {
      this.timers.delete(cancel);
      const now = this.store.get("Pod", pod.metadata.namespace ?? "", pod.metadata.name);
      if (now && podStatus(now).podIP === undefined) this.run(now);
    });
    this.timers.add(cancel);
  }

  private run(pod: KubeObject): void {
    this.store.update(this.kubelet.running(pod));
  }

  /** Follows the annotation that makes a pod's probe fail. */
  private setReady(pod: KubeObject): void {
    const probed = this.kubelet.probed(pod);
    if (probed) this.store.update(probed);
  }
}

function take(keys: Set<string>): string[] {
  const taken = [...keys];
  keys.clear();
  return taken;
}
