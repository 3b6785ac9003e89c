import { hasLabels } from "@/lib/k8s/label-selector";
import { podSpec } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import { type RegistryService, registry } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import type { Protocol } from "@/lib/istio/protocol";
import type { ProxyPod } from "../proxy-pod";

/** A port of the workload, with the services that lead to it. */
export interface InboundPort {
  readonly port: number;
  /** The port of the first service. */
  readonly servicePort: number;
  readonly protocol: Protocol;
  readonly services: readonly RegistryService[];
}

/** The ports under which services reach the pod: what its inbound listener is made of. */
export function inboundPorts(pod: ProxyPod, mesh: MeshView): readonly InboundPort[] {
  const ports = new Map<number, InboundPort>();
  for (const service of mesh.derive(registry).services) {
    if (service.kind !== "Service" || service.namespace !== pod.namespace) continue;
    const { selector } = serviceSpec(service.object);
    if (!selector || Object.keys(selector).length === 0 || !hasLabels(pod.labels, selector))
      continue;
    for (const { number, protocol, targetPort } of service.ports) {
      const port = typeof targetPort === "number" ? targetPort : namedPort(pod, mesh, targetPort);
      if (port === undefined || protocol === "UDP") continue;
      const known = ports.get(port);
      ports.set(port, {
        port,
        servicePort: known?.servicePort ?? number,
        protocol: known?.protocol ?? protocol,
        services: [...(known?.services ?? []), service],
      });
    }
  }
  return [...ports.values()].sort((a, b) => a.port - b.port);
}

function namedPort(pod: ProxyPod, mesh: MeshView, name: string): number | undefined {
  const object = mesh.get("Pod", pod.namespace, pod.name);
  const containers = object ? (podSpec(object).containers ?? []) : [];
  return containers.flatMap(({ ports = [] }) => ports).find((port) => port.name === name)
    ?.containerPort;
}
