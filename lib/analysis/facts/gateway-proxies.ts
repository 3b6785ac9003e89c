import { hasLabels } from "@/lib/k8s/label-selector";
import { groupBy } from "@/lib/base/group-by";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { labelsOf, podsWith } from "./pods";

type Labels = Readonly<Record<string, string>>;

/** Services by namespace. Reads Service. */
const servicesByNamespace = (mesh: MeshView): ReadonlyMap<string, readonly Field[]> =>
  groupBy(
    mesh.list("Service").map((service) => new Field(service)),
    (service) => service.at("metadata", "namespace").text ?? "",
  );

/**
 * The ports by which Services reach the pods that a Gateway selects: the pods' own, and those of
 * the Services that lead to them. Undefined where it selects no pod. Reads Pod and Service.
 */
export function servedPorts(selector: Labels, mesh: MeshView): ReadonlySet<number> | undefined {
  const pods = podsWith(mesh, selector);
  if (pods.length === 0) return undefined;
  const ports = new Set<number>();
  for (const pod of pods) for (const port of podPorts(pod, mesh)) ports.add(port);
  return ports;
}

function* podPorts(pod: KubeObject, mesh: MeshView): Iterable<number> {
  const services = mesh.derive(servicesByNamespace).get(pod.metadata.namespace ?? "") ?? [];
  for (const service of services) {
    const spec = service.at("spec");
    if (!hasLabels(labelsOf(pod), spec.at("selector").labels())) continue;
    for (const port of spec.at("ports").items()) {
      if (port.at("protocol").value !== "TCP") continue;
      const target = numeric(port.at("targetPort"));
      yield port.at("port").number ?? 0;
      if (target !== 0) yield target;
    }
  }
}

/** A port as a number, or a text that is one; 0 for a name. */
function numeric({ number, text }: Field): number {
  return number ?? (text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : 0);
}
