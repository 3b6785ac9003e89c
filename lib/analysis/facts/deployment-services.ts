import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { byText } from "../istioctl/words";
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

interface Selecting {
  readonly service: KubeObject;
  readonly selector: Readonly<Record<string, string>>;
}

/** Services under the first label of their selector. */
const SELECTING: MeshIndex<Selecting> = {
  kinds: ["Service"],
  entries(service) {
    const selector = new Field(service).at("spec", "selector").labels();
    const [label] = Object.entries(selector);
    if (!label) return [];
    return [[keyOf(service.metadata.namespace ?? "", label), { service, selector }]];
  },
};

const keyOf = (namespace: string, [name, value]: readonly [string, string]): string =>
  `${namespace} ${name}=${value}`;

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
  return Object.entries(labels)
    .flatMap((label) => mesh.lookup(SELECTING, keyOf(namespace, label)))
    .filter(({ selector }) => hasLabels(labels, selector))
    .sort((a, b) => byText(a.service.metadata.name, b.service.metadata.name))
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
