import { weakMemo } from "@/lib/base/weak-memo";
import { canonicalName, canonicalRevision } from "@/lib/istio/labels";
import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "@/lib/mesh/kept-fact";
import type { MeshView } from "@/lib/mesh/view";
import { compare, groupBy } from "./collect";
import { entrySelectors } from "./declared-hosts";
import { sameParts } from "./kept-parts";
import { selects } from "./selectors";
import type { Pods } from "./mesh-graph";
import { list, record, stringMap } from "./raw-fields";

/** One pod, or one machine that a WorkloadEntry stands for, as the graph sees it. */
interface PodFact {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  readonly app: string;
  readonly revision: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly ready: boolean;
  /** Its traffic is seen by a proxy: a sidecar, a gateway's own Envoy, or ztunnel. */
  readonly inMesh: boolean;
  /** ztunnel carries its traffic. */
  readonly ambient: boolean;
  /** It is a machine outside of Kubernetes. */
  readonly machine: boolean;
}

/** The pods of one controller (Deployment, StatefulSet, …), or one pod that has none. */
export interface WorkloadFact {
  readonly namespace: string;
  readonly name: string;
  readonly app: string;
  readonly revision: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its first pod. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly pods: readonly PodFact[];
  /** Names of the Services, and hosts of the ServiceEntries, that select its pods; sorted. */
  readonly services: readonly string[];
}

/** A Kubernetes Service, or a host of a ServiceEntry, and the workloads that stand behind it. */
export interface ServiceFact {
  readonly namespace: string;
  readonly name: string;
  readonly workloads: readonly WorkloadFact[];
}

/** Services and workloads, both by `namespace/name`. */
export interface WorkloadIndex {
  readonly workloads: ReadonlyMap<string, WorkloadFact>;
  readonly services: ReadonlyMap<string, ServiceFact>;
  /** ServiceEntries that select workloads, by each of their hosts. */
  readonly hosts: ReadonlyMap<string, ServiceFact>;
}

/** Which workloads exist and which services select them. Use it with `mesh.derive`. */
export function workloadIndex(mesh: MeshView): WorkloadIndex {
  const selectors = mesh.list("Service").flatMap((service) => {
    const selector = stringMap(record(service.spec).selector);
    const namespace = service.metadata.namespace ?? "";
    return [{ namespace, name: service.metadata.name, selector }];
  });
  const selectorsOf = groupBy(selectors, ({ namespace }) => namespace);
  const entriesOf = groupBy(mesh.derive(entrySelectors), ({ namespace }) => namespace);

  const byWorkload = groupBy(
    [...mesh.list("Pod").map(podFact), ...mesh.list("WorkloadEntry").map(machineFact)],
    (pod) => `${pod.namespace}/${pod.workload}`,
  );
  const workloads = new Map<string, WorkloadFact>();
  for (const [key, pods] of byWorkload) {
    const [first] = pods;
    if (!first) continue;
    const { namespace, workload: name, app, revision, labels, annotations } = first;
    const services = (selectorsOf.get(namespace) ?? [])
      .filter(({ selector }) => selects(selector, labels))
      .map((service) => service.name)
      .sort(compare);
    const hosts = (entriesOf.get(namespace) ?? [])
      .filter(({ selector }) => selects(selector, labels))
      .flatMap((entry) => entry.hosts)
      .sort(compare);
    const names = [...services, ...hosts];
    const made = { namespace, name, app, revision, labels, annotations, pods, services: names };
    workloads.set(key, sameAsBefore(first, made));
  }

  const behind = new Map<string, WorkloadFact[]>();
  for (const workload of workloads.values()) {
    for (const name of workload.services) {
      const key = `${workload.namespace}/${name}`;
      behind.set(key, [...(behind.get(key) ?? []), workload]);
    }
  }
  const services = new Map<string, ServiceFact>();
  for (const { namespace, name } of selectors) {
    const key = `${namespace}/${name}`;
    services.set(key, { namespace, name, workloads: behind.get(key) ?? [] });
  }
  const hosts = new Map<string, ServiceFact>();
  for (const { namespace, hosts: names } of mesh.derive(entrySelectors)) {
    for (const name of names) {
      hosts.set(name, { namespace, name, workloads: behind.get(`${namespace}/${name}`) ?? [] });
    }
  }
  return { workloads, services, hosts };
}

keepFact(workloadIndex, {
  kinds: ["Service", "Pod", "WorkloadEntry"],
  facts: [entrySelectors],
});

/** The workloads as they were found last, each by its first pod. */
const lastFound = new WeakMap<PodFact, WorkloadFact>();

/** The object of before where the workload has not changed: what was made of it still holds. */
function sameAsBefore(first: PodFact, made: WorkloadFact): WorkloadFact {
  const before = lastFound.get(first);
  if (before && sameParts(before.pods, made.pods) && sameParts(before.services, made.services)) {
    return before;
  }
  lastFound.set(first, made);
  return made;
}

/**
 * The service that a workload is drawn as: the one named like its canonical service, else the
 * first that selects it, else the canonical service itself.
 */
export function primaryService(workload: Pick<WorkloadFact, "app" | "services">): string {
  if (workload.services.includes(workload.app)) return workload.app;
  return workload.services[0] ?? workload.app;
}

/** How many pods there are, and how many of them are ready. */
export const podCount = (workloads: readonly WorkloadFact[]): Pods => {
  const pods = workloads.flatMap((workload) => workload.pods);
  return { ready: pods.filter(({ ready }) => ready).length, total: pods.length };
};

const podFact = weakMemo((pod: KubeObject): PodFact => {
  const { name, namespace = "" } = pod.metadata;
  const labels = pod.metadata.labels ?? {};
  const workload = workloadOf(pod);
  return {
    namespace,
    name,
    workload,
    labels,
    annotations: pod.metadata.annotations,
    app: canonicalName(labels, workload),
    revision: canonicalRevision(labels),
    ready: isReady(pod),
    inMesh: isInMesh(pod),
    ambient: pod.metadata.annotations?.["ambient.istio.io/redirection"] === "enabled",
    machine: false,
  };
});

/**
 * A machine belongs to the WorkloadGroup that registered it, else to nobody but itself. It counts
 * as ready unless a health check says otherwise.
 * Source: istio pilot/pkg/autoregistration (owner, annotation and condition of WorkloadEntries).
 */
const machineFact = weakMemo((entry: KubeObject): PodFact => {
  const { name, namespace = "", annotations = {}, ownerReferences = [] } = entry.metadata;
  const group =
    ownerReferences.find(({ kind }) => kind === "WorkloadGroup")?.name ??
    annotations["istio.io/autoRegistrationGroup"];
  const labels = { ...entry.metadata.labels, ...stringMap(record(entry.spec).labels) };
  const app = canonicalName(labels, group ?? name);
  const conditions = list(record(entry.status).conditions).map(record);
  return {
    namespace,
    name,
    // Machines that somebody wrote down by hand carry the workload's name in their app label.
    workload: group ?? app,
    labels,
    annotations,
    app,
    revision: canonicalRevision(labels),
    ready: !conditions.some(({ type, status }) => type === "Healthy" && status === "False"),
    inMesh: true,
    ambient: false,
    machine: true,
  };
});

/** Source: istio pkg/kube/controllers, GetDeployMetaFromPod: a ReplicaSet stands for its owner. */
function workloadOf(pod: KubeObject): string {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return pod.metadata.name;
  if (owner.kind !== "ReplicaSet") return owner.name;
  const hash = pod.metadata.labels?.["pod-template-hash"];
  if (hash && owner.name.endsWith(`-${hash}`)) return owner.name.slice(0, -hash.length - 1);
  return owner.name.replace(/-[^-]+$/, "");
}

function isReady(pod: KubeObject): boolean {
  const conditions = list(record(pod.status).conditions).map(record);
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

function isInMesh(pod: KubeObject): boolean {
  const annotations = pod.metadata.annotations ?? {};
  if (annotations["ambient.istio.io/redirection"] === "enabled") return true;
  if (annotations["sidecar.istio.io/status"] !== undefined) return true;
  const spec = record(pod.spec);
  const containers = [...list(spec.containers), ...list(spec.initContainers)].map(record);
  return containers.some(({ name }) => name === "istio-proxy");
}
