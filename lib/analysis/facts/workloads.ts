import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

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
      if (namespace !== undefined) return mesh.lookup(BY_LABEL, namespace);
      return WORKLOAD_KINDS.flatMap((kind) => mesh.list(kind)).flatMap(
        (one) => workloadOf(one) ?? [],
      );
    }
    const lists = pairs.map(([key, value]) =>
      mesh.lookup(BY_LABEL, `${scopeKey(namespace)} ${key}=${value}`),
    );
    const shortest = lists.reduce((a, b) => (b.length < a.length ? b : a));
    return pairs.length === 1
      ? shortest
      : shortest.filter((workload) => hasLabels(workload.labels, labels));
  };
  return {
    in: (namespace) => mesh.lookup(BY_LABEL, namespace),
    matching,
    select: (labels, namespace) => matching(labels, namespace)[0],
  };
}

const EVERYWHERE = "*";
const scopeKey = (namespace: string | undefined): string => namespace ?? EVERYWHERE;

/** By namespace, and by label within a namespace and everywhere. */
const BY_LABEL: MeshIndex<Workload> = {
  kinds: WORKLOAD_KINDS,
  *entries(object) {
    const workload = workloadOf(object);
    if (!workload) return;
    yield [workload.namespace, workload];
    for (const scope of [workload.namespace, EVERYWHERE]) {
      for (const [key, value] of Object.entries(workload.labels)) {
        yield [`${scope} ${key}=${value}`, workload];
      }
    }
  },
};

/** An object of WORKLOAD_KINDS as a workload; undefined for a pod that has ended. */
function workloadOf(object: KubeObject): Workload | undefined {
  const fields = new Field(object);
  const { name, namespace = "" } = object.metadata;
  switch (object.kind) {
    case "Pod": {
      const phase = fields.at("status", "phase").text;
      if (phase === "Succeeded" || phase === "Failed") return undefined;
      const labels = fields.at("metadata", "labels").labels();
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
