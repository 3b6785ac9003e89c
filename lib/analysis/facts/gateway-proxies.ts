import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { labelsOf, podsWith } from "./pods";
import { servicesSelecting, servicesWithoutSelector } from "./selecting-services";

type Labels = Readonly<Record<string, string>>;

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
  const { namespace = "" } = pod.metadata;
  const services = [
    ...servicesSelecting(mesh, namespace, labelsOf(pod)),
    ...servicesWithoutSelector(mesh, namespace),
  ];
  for (const service of services) {
    for (const port of new Field(service).at("spec", "ports").items()) {
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
