import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { groupBy } from "@/lib/base/group-by";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import type { Subject } from "../rule";
import { isInMesh } from "./pods";

/** A port of a Service, and the Service's full name. */
export interface ServicePortUse {
  readonly service: KubeObject;
  readonly port: number;
  /** `TCP` where absent. */
  readonly protocol: string;
  /** As text; the port itself where absent. */
  readonly targetPort: string;
}

/** Services by namespace, those without a selector left out. Reads Service. */
const selectingServices = (mesh: MeshView) =>
  groupBy(
    mesh
      .list("Service")
      .map((service) => ({
        service,
        selector: new Field(service).at("spec", "selector").labels(),
      }))
      .filter(({ selector }) => Object.keys(selector).length > 0),
    ({ service }) => service.metadata.namespace ?? "",
  );

/**
 * The ports of the Services that select the pods of a Deployment in the mesh; none for others and
 * for waypoints. Reads Service and Namespace.
 */
export function servicePortsOf(subject: Subject, mesh: MeshView): readonly ServicePortUse[] {
  const { fields, namespace } = subject;
  const template = fields.at("spec", "template");
  const waypoint =
    fields.at("metadata", "labels", "gateway.istio.io/managed").text === "istio.io-mesh-controller";
  if (waypoint) return [];
  const containers = template.at("spec", "containers").items();
  if (!isInMesh({ metadata: template.at("metadata"), containers, namespace }, mesh)) return [];
  const labels = template.at("metadata", "labels").labels();
  return (mesh.derive(selectingServices).get(namespace) ?? [])
    .filter(({ selector }) => hasLabels(labels, selector))
    .flatMap(({ service }) => portsOf(service));
}

const portsOf = (service: KubeObject): readonly ServicePortUse[] =>
  new Field(service)
    .at("spec", "ports")
    .items()
    .map((port) => {
      const number = port.at("port").number ?? 0;
      const target = port.at("targetPort");
      const written = target.number ?? target.text ?? 0;
      return {
        service,
        port: number,
        protocol: port.at("protocol").text ?? "TCP",
        targetPort: String(written === 0 || written === "0" ? number : written),
      };
    });
