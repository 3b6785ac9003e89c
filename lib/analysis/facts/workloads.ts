import { hasLabels } from "@/lib/k8s/label-selector";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";

type Labels = Readonly<Record<string, string>>;

/** The labels of one workload: of a running pod, a Deployment's pods to be, or a WorkloadEntry. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
}

/** Everything that a selector can select. */
export class Workloads {
  private readonly byNamespace = new Map<string, Workload[]>();

  constructor(private readonly all: readonly Workload[]) {
    for (const workload of all) {
      const list = this.byNamespace.get(workload.namespace);
      if (list) list.push(workload);
      else this.byNamespace.set(workload.namespace, [workload]);
    }
  }

  /** Those of one namespace, or of all when none is given. */
  in(namespace?: string): readonly Workload[] {
    return namespace === undefined ? this.all : (this.byNamespace.get(namespace) ?? []);
  }

  /** The first workload that has all of these labels. */
  select(labels: Labels, namespace?: string): Workload | undefined {
    return this.in(namespace).find((workload) => hasLabels(workload.labels, labels));
  }
}

/** Reads Pod, Deployment and WorkloadEntry: a workload scaled to zero is still one. */
export function workloads(mesh: MeshView): Workloads {
  const all: Workload[] = [];
  for (const pod of mesh.list("Pod")) {
    const fields = new Field(pod);
    const phase = fields.at("status", "phase").text;
    if (phase === "Succeeded" || phase === "Failed") continue;
    all.push(workload(fields, fields.at("metadata", "labels")));
  }
  for (const deployment of mesh.list("Deployment")) {
    const fields = new Field(deployment);
    all.push(workload(fields, fields.at("spec", "template", "metadata", "labels")));
  }
  for (const entry of mesh.list("WorkloadEntry")) {
    const fields = new Field(entry);
    all.push(workload(fields, fields.at("spec", "labels")));
  }
  return new Workloads(all);
}

/** What `workloads` reads, for the rules that use it. */
export const WORKLOAD_KINDS = ["Pod", "Deployment", "WorkloadEntry"] as const;

const workload = (fields: Field, labels: Field): Workload => ({
  namespace: fields.at("metadata", "namespace").text ?? "",
  name: fields.at("metadata", "name").text ?? "",
  labels: labels.labels(),
});
