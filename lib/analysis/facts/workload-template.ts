import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import type { Subject } from "../rule";
import { namespaceLabels } from "./namespaces";
import { workloads } from "./workloads";

type Labels = Readonly<Record<string, string>>;

/** What a workload's pods are made from: a Deployment's template, or a pod that stands alone. */
export interface WorkloadTemplate {
  readonly metadata: Field;
  readonly spec: Field;
  readonly labels: Labels;
  /** Its pods, as far as they run. Reads WORKLOAD_KINDS. */
  pods(mesh: MeshView): readonly KubeObject[];
}

/** The template of a workload; undefined for a pod of a ReplicaSet, whose Deployment speaks for it. */
export const workloadTemplate = (subject: Subject): WorkloadTemplate | undefined =>
  subject.derive(templateOf);

function templateOf(subject: Subject): WorkloadTemplate | undefined {
  const { kind, fields, object } = subject;
  if (kind === "Pod") {
    if (fields.at("metadata", "ownerReferences").items().some(isReplicaSet)) return undefined;
    const phase = fields.at("status", "phase").text;
    if (phase === "Succeeded" || phase === "Failed") return undefined;
    return template(fields, () => [object]);
  }
  return template(fields.at("spec", "template"), (mesh) => podsOf(subject, mesh));
}

const template = (fields: Field, pods: WorkloadTemplate["pods"]): WorkloadTemplate => ({
  metadata: fields.at("metadata"),
  spec: fields.at("spec"),
  labels: fields.at("metadata", "labels").labels(),
  pods,
});

function podsOf({ fields, namespace }: Subject, mesh: MeshView): readonly KubeObject[] {
  const selector = fields.at("spec", "selector", "matchLabels").labels();
  const selected =
    Object.keys(selector).length > 0 ? workloads(mesh).matching(selector, namespace) : [];
  return selected.flatMap((one) => (one.kind === "Pod" ? [one.object] : []));
}

const isReplicaSet = (owner: Field): boolean => owner.at("kind").text === "ReplicaSet";

/** Whether a pod has a sidecar, as a container or a native one. */
export function hasSidecar(pod: KubeObject): boolean {
  const spec = new Field(pod).at("spec");
  return [...spec.at("containers").items(), ...spec.at("initContainers").items()].some(
    (container) => container.at("name").text === "istio-proxy",
  );
}

/** Whether a pod is nothing but a proxy: a gateway or a waypoint. */
export function isGatewayPod({ labels, spec, metadata }: WorkloadTemplate): boolean {
  if ("gateway.networking.k8s.io/gateway-name" in labels) return true;
  const annotations = metadata.at("annotations").labels();
  if (annotations["inject.istio.io/templates"]?.includes("gateway")) return true;
  const containers = spec.at("containers").items();
  return (
    containers.length > 0 &&
    containers.every((container) => container.at("name").text === "istio-proxy")
  );
}

/**
 * Whether labels ask for sidecars: the workload's own `sidecar.istio.io/inject` before its
 * namespace's. Kiali looks for the values `enabled` and `none` there, which the injector never had.
 */
export function wantsSidecar({ labels }: WorkloadTemplate, namespace: Labels): boolean {
  if (namespace["istio-injection"] === "disabled" || labels["sidecar.istio.io/inject"] === "false")
    return false;
  return (
    labels["sidecar.istio.io/inject"] === "true" ||
    namespace["istio-injection"] === "enabled" ||
    Boolean(labels["istio.io/rev"] ?? namespace["istio.io/rev"])
  );
}

/** Whether a workload has sidecars or will get them. Reads Namespace. */
export const isInMesh = (workload: WorkloadTemplate, namespace: string, mesh: MeshView): boolean =>
  wantsSidecar(workload, namespaceLabels(mesh, namespace)) || workload.pods(mesh).some(hasSidecar);
