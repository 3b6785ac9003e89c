import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field, textsIn } from "../field";
import { shortestOf } from "./shortest";

type Labels = Readonly<Record<string, string>>;

/** The labels of one workload: of a running pod, a Deployment's pods to be, or a WorkloadEntry. */
export interface Workload {
  readonly kind: "Pod" | "Deployment" | "WorkloadEntry";
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly object: KubeObject;
}

/** What `workloads` reads, for the rules that use it. */
export const WORKLOAD_KINDS = ["Pod", "Deployment", "WorkloadEntry"] as const;

/** Everything that a selector can select: a workload scaled to zero is still one. */
export interface Workloads {
  /** Those of one namespace. */
  in(namespace: string): readonly Workload[];
  /** All that have these labels, in one namespace or, where none is given, in any. */
  matching(labels: Labels, namespace?: string): readonly Workload[];
  /** The first of these. */
  select(labels: Labels, namespace?: string): Workload | undefined;
}

/** Reads Pod, Deployment and WorkloadEntry, and of these no more than is asked for. */
export function workloads(mesh: MeshView): Workloads {
  const matching = (labels: Labels, namespace?: string): readonly Workload[] => {
    const pairs = Object.entries(labels);
    if (pairs.length === 0) {
      if (namespace !== undefined) return mesh.lookup(IN_NAMESPACE, namespace);
      return WORKLOAD_KINDS.flatMap((kind) => mesh.list(kind)).flatMap(
        (one) => workloadOf(one) ?? [],
      );
    }
    const candidates = shortestOf(pairs, ([key, value]) =>
      namespace === undefined
        ? mesh.lookup(EVERYWHERE, `${key}=${value}`)
        : mesh.lookup(IN_NAMESPACE, `${namespace} ${key}=${value}`),
    );
    return pairs.length === 1
      ? candidates
      : candidates.filter((workload) => hasLabels(workload.labels, labels));
  };
  return {
    in: (namespace) => mesh.lookup(IN_NAMESPACE, namespace),
    matching,
    select: (labels, namespace) => matching(labels, namespace)[0],
  };
}

/** By namespace, and by namespace and label. */
const IN_NAMESPACE: MeshIndex<Workload> = {
  kinds: WORKLOAD_KINDS,
  entries(object) {
    const workload = workloadOf(object);
    if (!workload) return [];
    const { namespace, labels } = workload;
    const entries: [string, Workload][] = [[namespace, workload]];
    for (const key in labels) entries.push([`${namespace} ${key}=${labels[key]}`, workload]);
    return entries;
  },
};

/** By label, in all namespaces. */
const EVERYWHERE: MeshIndex<Workload> = {
  kinds: WORKLOAD_KINDS,
  entries(object) {
    const workload = workloadOf(object);
    const labels = Object.entries(workload?.labels ?? {});
    return workload ? labels.map((label) => [label.join("="), workload]) : [];
  },
};

/** An object of WORKLOAD_KINDS as a workload; undefined for a pod that has ended. */
function workloadOf(object: KubeObject): Workload | undefined {
  const { name, namespace = "" } = object.metadata;
  const fields = new Field(object);
  switch (object.kind) {
    case "Pod": {
      const phase = fields.at("status", "phase").text;
      if (phase === "Succeeded" || phase === "Failed") return undefined;
      const labels = textsIn(object.metadata.labels);
      return { kind: "Pod", namespace, name, labels, object };
    }
    case "Deployment": {
      const labels = fields.at("spec", "template", "metadata", "labels").labels();
      return { kind: "Deployment", namespace, name, labels, object };
    }
    default: {
      const labels = fields.at("spec", "labels").labels();
      return { kind: "WorkloadEntry", namespace, name, labels, object };
    }
  }
}
