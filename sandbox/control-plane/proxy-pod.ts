import { z } from "zod";
import { weakMemo } from "@/lib/base/weak-memo";
import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "@/lib/mesh/kept-fact";
import type { MeshView } from "@/lib/mesh/view";

type Labels = Readonly<Record<string, string>>;

/** A pod with an Envoy that istiod configures. */
export interface ProxyPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly node: string;
  readonly serviceAccount: string;
  /** `router` for a gateway, `sidecar` for all else, as Envoy's node id says it. */
  readonly type: "sidecar" | "router";
  readonly labels: Labels;
  readonly annotations: Labels;
  /** The Deployment (or other owner) that the pod came from. */
  readonly workload: string;
  readonly version: string;
}

const Container = z.object({
  name: z.string(),
  image: z.string().optional(),
  args: z.array(z.string()).optional(),
});
const PodParts = z.object({
  spec: z
    .object({
      containers: z.array(Container).default([]),
      initContainers: z.array(Container).default([]),
      nodeName: z.string().default(""),
      serviceAccountName: z.string().default("default"),
    })
    .prefault({}),
  status: z
    .object({ phase: z.string().default("Pending"), podIP: z.string().default("") })
    .prefault({}),
});

/** The release that the sandbox's istiod says it is, where no image tag says another. */
export const ISTIO_VERSION = "1.30.1";

/** The tag of an image reference; the sandbox's release where there is none. */
function versionOf(image: string | undefined): string {
  const tag = /:([0-9][\w.-]*)$/.exec(image ?? "")?.[1];
  return tag?.replace(/-(?:distroless|debug)$/, "") ?? ISTIO_VERSION;
}

/** `reviews-v1` for a pod `reviews-v1-7c9f4d5b6-x2x8p` of a Deployment; else its owner or itself. */
function workloadOf(pod: KubeObject): string {
  const { name, labels, ownerReferences } = pod.metadata;
  const owner = ownerReferences?.find((reference) => reference.controller) ?? ownerReferences?.[0];
  if (!owner) return name;
  const hash = labels?.["pod-template-hash"];
  return owner.kind === "ReplicaSet" && hash && owner.name.endsWith(`-${hash}`)
    ? owner.name.slice(0, -hash.length - 1)
    : owner.name;
}

/** The proxy of a pod; undefined for pods without one, and for pods that do not run. */
export const proxyPod = weakMemo((pod: KubeObject): ProxyPod | undefined => {
  const { spec, status } = PodParts.parse(pod);
  const proxy = [...spec.containers, ...spec.initContainers].find(
    ({ name }) => name === "istio-proxy",
  );
  if (!proxy || proxy.args?.includes("ztunnel") || status.phase !== "Running" || !status.podIP)
    return undefined;
  const { namespace = "", name, uid = "", labels = {}, annotations = {} } = pod.metadata;
  // A gateway's only container is its proxy; the injector's annotation marks a sidecar.
  const alone = spec.containers.length === 1 && spec.containers[0] === proxy;
  return {
    namespace,
    name,
    uid,
    ip: status.podIP,
    node: spec.nodeName,
    serviceAccount: spec.serviceAccountName,
    type: alone ? "router" : "sidecar",
    labels,
    annotations,
    workload: workloadOf(pod),
    version: versionOf(proxy.image),
  };
});

const allProxyPods = (mesh: MeshView): ReadonlyMap<string, ProxyPod> => {
  const found = new Map<string, ProxyPod>();
  for (const pod of mesh.list("Pod")) {
    const proxy = proxyPod(pod);
    if (proxy) found.set(`${proxy.namespace}/${proxy.name}`, proxy);
  }
  return found;
};

keepFact(allProxyPods, { kinds: ["Pod"], facts: [] });

/** Every running proxy of the mesh by `namespace/name` of its pod. */
export const proxyPods = (mesh: MeshView): ReadonlyMap<string, ProxyPod> =>
  mesh.derive(allProxyPods);

/** Whether a pod is an istiod that runs. */
export const isRunningIstiod = (pod: KubeObject): boolean =>
  pod.metadata.labels?.["app"] === "istiod" && PodParts.parse(pod).status.phase === "Running";

interface IstiodPod {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
}

const runningIstiods = (mesh: MeshView): readonly IstiodPod[] =>
  mesh
    .list("Pod")
    .filter(isRunningIstiod)
    .map((pod) => ({
      namespace: pod.metadata.namespace ?? "",
      name: pod.metadata.name,
      ip: PodParts.parse(pod).status.podIP,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));

keepFact(runningIstiods, { kinds: ["Pod"], facts: [] });

/** The running istiods, by name. */
export const istiodPods = (mesh: MeshView): readonly IstiodPod[] => mesh.derive(runningIstiods);
