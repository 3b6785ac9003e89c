import type { KubeObject } from "@/lib/k8s/object";
import { podSpec, podStatus } from "@/lib/k8s/pod";
import type { SimulationClock } from "@/sandbox/contracts";
import { hashText } from "@/sandbox/random";
import type { ObjectIndex } from "./object-index";

/** On a pod, `false` keeps it from becoming ready: a probe that fails. */
const READY_ANNOTATION = "sandbox.quarterdeck.dev/ready";
const PODS_A_NODE_RANGE = 250;

/** The scheduler's and the kubelets' part: a node, an address, running containers. */
export class Kubelet {
  private addresses = 0;

  constructor(
    private readonly index: ObjectIndex,
    private readonly clock: SimulationClock,
  ) {}

  /** The pod as it runs. */
  running(pod: KubeObject): KubeObject {
    const nodes = this.index.inNamespace("Node", "");
    const node = nodes[hashText(pod.metadata.name) % Math.max(1, nodes.length)];
    const nodeName = podSpec(pod).nodeName ?? node?.metadata.name;
    this.addresses += 1;
    const range = Math.floor(this.addresses / PODS_A_NODE_RANGE) + 1;
    const podIP = `10.244.${range}.${(this.addresses % PODS_A_NODE_RANGE) + 2}`;
    return {
      ...pod,
      spec: { ...podSpec(pod), ...(nodeName === undefined ? {} : { nodeName }) },
      status: this.status(pod, podIP),
    };
  }

  /** The pod as its probe has it by now; undefined where nothing changed. */
  probed(pod: KubeObject): KubeObject | undefined {
    const { conditions = [], podIP = "" } = podStatus(pod);
    const isReady = conditions.some(({ type, status }) => type === "Ready" && status === "True");
    return isReady === wantsReady(pod) ? undefined : { ...pod, status: this.status(pod, podIP) };
  }

  private status(pod: KubeObject, podIP: string) {
    const at = new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
    const ready = wantsReady(pod);
    return {
      phase: "Running",
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: at,
      conditions: conditionsOf(ready, at),
      containerStatuses: (podSpec(pod).containers ?? []).map(({ name, image = "" }) => ({
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
}

const wantsReady = (pod: KubeObject): boolean =>
  pod.metadata.annotations?.[READY_ANNOTATION] !== "false";

const conditionsOf = (ready: boolean, at: string) =>
  ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
    type,
    status: ready || type === "PodScheduled" || type === "Initialized" ? "True" : "False",
    lastTransitionTime: at,
    ...(ready || !type.endsWith("Ready") ? {} : { reason: "ContainersNotReady" }),
  }));
