import { isHttp } from "@/lib/istio/protocol";
import { groupBy } from "@/lib/base/group-by";
import { hasLabels } from "@/lib/k8s/label-selector";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { podSpec } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import { registry, type RegistryPort, type RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";

/** What a server's proxy takes a port of its pod for. */
export interface Inbound {
  /** Undefined where no Service leads there. */
  readonly service: RegistryService | undefined;
  readonly protocol: "http" | "tcp";
  /** Envoy's name of the cluster that leads to the application. */
  readonly cluster: string;
}

/** Finds what proxies take their ports for, each once. Use with `mesh.derive`. */
export function inbounds(mesh: MeshView): (pod: KubeObject, port: number) => Inbound {
  const services = groupBy(
    mesh.derive(registry).services.filter(({ kind }) => kind === "Service"),
    ({ namespace }) => namespace,
  );
  const known = new Map<string, Inbound>();
  return (pod, port) => {
    const key = `${port}/${objectKey(pod)}`;
    const found = known.get(key);
    if (found) return found;
    const inbound = inboundOf(services.get(pod.metadata.namespace ?? "") ?? [], pod, port);
    known.set(key, inbound);
    return inbound;
  };
}

/** The first Service that leads there names it; a port that none leads to is looked into. */
function inboundOf(services: readonly RegistryService[], pod: KubeObject, number: number): Inbound {
  for (const service of services) {
    if (!selects(service, pod)) continue;
    const port = service.ports.find((candidate) => targetOf(candidate, pod) === number);
    if (!port) continue;
    const looksInside = isHttp(port.protocol) || port.protocol === "Auto";
    return {
      service,
      protocol: looksInside ? "http" : "tcp",
      cluster: `inbound|${number}||`,
    };
  }
  return { service: undefined, protocol: "http", cluster: "InboundPassthroughCluster" };
}

function targetOf({ targetPort }: RegistryPort, pod: KubeObject): number | undefined {
  if (typeof targetPort === "number") return targetPort;
  return (podSpec(pod).containers ?? [])
    .flatMap(({ ports = [] }) => ports)
    .find(({ name }) => name === targetPort)?.containerPort;
}

function selects(service: RegistryService, pod: KubeObject): boolean {
  const { selector } = serviceSpec(service.object);
  return selector !== undefined && hasLabels(pod.metadata.labels, selector);
}
