import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { byText } from "../istioctl/words";
import type { Subject } from "../rule";
import { isInMesh } from "./pods";
import { servicesSelecting } from "./selecting-services";

/** A port of a Service, and the Service's full name. */
export interface ServicePortUse {
  readonly service: KubeObject;
  readonly port: number;
  /** `TCP` where absent. */
  readonly protocol: string;
  /** As text; the port itself where absent. */
  readonly targetPort: string;
}

/**
 * The ports of the Services that select the pods of a Deployment in the mesh; none for others,
 * for waypoints, and where there is only one. Reads Service and Namespace.
 */
export function servicePortsOf(subject: Subject, mesh: MeshView): readonly ServicePortUse[] {
  const { fields, namespace } = subject;
  const template = fields.at("spec", "template");
  const waypoint =
    fields.at("metadata", "labels", "gateway.istio.io/managed").text === "istio.io-mesh-controller";
  if (waypoint) return [];
  const labels = template.at("metadata", "labels").labels();
  const services = servicesSelecting(mesh, namespace, labels);
  const uses = services
    .toSorted((a, b) => byText(a.metadata.name, b.metadata.name))
    .flatMap(portsOf);
  // Looked at last: one port, as nearly all have, disagrees with no other.
  const containers = template.at("spec", "containers").items();
  const isJudged =
    uses.length > 1 && isInMesh({ metadata: template.at("metadata"), containers, namespace }, mesh);
  return isJudged ? uses : [];
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
