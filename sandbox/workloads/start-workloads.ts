import type { KindId } from "@/lib/istio/kinds";
import { hasLabels } from "@/lib/k8s/label-selector";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import type { ObjectStore, SimulationClock, StoreEvent } from "@/sandbox/contracts";
import { hashText } from "@/sandbox/random";
import { reconcileDeployment } from "./deployments";
import { reconcileEndpoints } from "./service-endpoints";

const REACTION_MS = 20;
const FASTEST_START_MS = 400;
const START_SPREAD_MS = 800;
const MAX_ROUNDS = 100;

/** On a pod, `false` keeps it from becoming ready: a probe that fails. */
const READY_ANNOTATION = "sandbox.quarterdeck.dev/ready";

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
  private readonly timers = new Set<() => void>();
  private addresses = 0;
  private wake: (() => void) | undefined;
  private settling = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly clock: SimulationClock,
  ) {}

  notice({ kind, object, type }: StoreEvent): void {
    if (kind === "Deployment" && type !== "DELETED") this.deployments.add(objectKey(object));
    if (kind === "ReplicaSet") this.noticeOwner(object);
    if (kind === "Service" && type !== "DELETED") this.services.add(objectKey(object));
    if (kind === "Pod") this.noticePod(object, type);
    if (this.deployments.size + this.services.size > 0) this.schedule();
  }

  settle(): void {
    this.settling = true;
    for (const deployment of this.store.view().list("Deployment"))
      this.deployments.add(objectKey(deployment));
    for (const service of this.store.view().list("Service")) this.services.add(objectKey(service));
    for (const pod of this.store.view().list("Pod")) this.startPod(pod);
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
    for (const service of this.store.view().list("Service")) {
      const { selector } = serviceSpec(service);
      const same = service.metadata.namespace === pod.metadata.namespace;
      if (same && selector && hasLabels(pod.metadata.labels, selector))
        this.services.add(objectKey(service));
    }
    if (type === "DELETED") return;
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
      const deployments = take(this.deployments);
      const services = take(this.services);
      if (deployments.length + services.length === 0) return;
      for (const key of deployments) this.each("Deployment", key, reconcileDeployment);
      for (const key of services) this.each("Service", key, reconcileEndpoints);
    }
  }

  private each(
    kind: KindId,
    key: string,
    act: (store: ObjectStore, object: KubeObject) => void,
  ): void {
    const [namespace = "", name = ""] = key.split("/");
    const object = this.store.get(kind, namespace, name);
    if (object) act(this.store, object);
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

  /** The scheduler's and the kubelet's part: a node, an address, running containers. */
  private run(pod: KubeObject): void {
    const nodes = this.store.view().list("Node");
    const node = nodes[hashText(pod.metadata.name) % Math.max(1, nodes.length)];
    this.addresses += 1;
    const podIP = `10.244.${Math.floor(this.addresses / 250) + 1}.${(this.addresses % 250) + 2}`;
    const spec = pod["spec"] as Readonly<Record<string, unknown>>;
    this.store.update({
      ...pod,
      spec: { ...spec, ...(node ? { nodeName: node.metadata.name } : {}) },
      status: this.runningStatus(pod, podIP),
    });
  }

  private runningStatus(pod: KubeObject, podIP: string) {
    const at = new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
    const ready = wantsReady(pod);
    const containers =
      (pod["spec"] as { containers?: { name: string; image?: string }[] }).containers ?? [];
    return {
      phase: "Running",
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: at,
      conditions: conditions(ready, at),
      containerStatuses: containers.map(({ name, image = "" }) => ({
        name,
        image,
        imageID: "",
        ready,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: at } },
      })),
    };
  }

  /** Follows the annotation that makes a pod's probe fail. */
  private setReady(pod: KubeObject): void {
    const status = podStatus(pod);
    const isReady =
      status.conditions?.some(({ type, status: holds }) => type === "Ready" && holds === "True") ??
      false;
    if (isReady === wantsReady(pod)) return;
    this.store.update({ ...pod, status: this.runningStatus(pod, status.podIP ?? "") });
  }
}

const wantsReady = (pod: KubeObject): boolean =>
  pod.metadata.annotations?.[READY_ANNOTATION] !== "false";

const conditions = (ready: boolean, at: string) =>
  ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
    type,
    status: ready || type === "PodScheduled" || type === "Initialized" ? "True" : "False",
    lastTransitionTime: at,
    ...(ready || !type.endsWith("Ready") ? {} : { reason: "ContainersNotReady" }),
  }));

function take(keys: Set<string>): string[] {
  const taken = [...keys];
  keys.clear();
  return taken;
}
