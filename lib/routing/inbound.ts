import { isHttp, protocolOfName } from "@/lib/istio/protocol";
import { type IngressListener, sidecarSpec } from "@/lib/istio/sidecar";
import { groupBy } from "@/lib/base/group-by";
import { hasLabels } from "@/lib/k8s/label-selector";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { podSpec } from "@/lib/k8s/pod";
import { serviceSpec } from "@/lib/k8s/service";
import { registry, type RegistryPort, type RegistryService } from "@/lib/mesh/registry";
import { sidecarScopes } from "@/lib/mesh/sidecar-scope";
import type { MeshView } from "@/lib/mesh/view";
import { proxyOf } from "./request";

/** What a server's proxy takes a port of its pod for. */
export interface Inbound {
  /** Undefined where no Service leads there. */
  readonly service: RegistryService | undefined;
  readonly protocol: "http" | "tcp";
  /** Envoy's name of the cluster that leads to the application. */
  readonly cluster: string;
  /** Where the application listens: the same port, unless a Sidecar names another. */
  readonly applicationPort: number;
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
    const inbound = inboundOf(mesh, services.get(pod.metadata.namespace ?? "") ?? [], pod, port);
    known.set(key, inbound);
    return inbound;
  };
}

/**
 * The first Service that leads there names it; a port that none leads to is looked into. Where a
 * Sidecar lists the ports itself, it alone says what they are. Source: istiod's
 * buildInboundChainConfigs.
 */
function inboundOf(
  mesh: MeshView,
  services: readonly RegistryService[],
  pod: KubeObject,
  number: number,
): Inbound {
  const unknown: Inbound = {
    service: undefined,
    protocol: "http",
    cluster: "InboundPassthroughCluster",
    applicationPort: number,
  };
  const found = byServices(services, pod, number);
  const listed = ingressOf(mesh, pod);
  if (listed.length === 0) return found ?? unknown;
  const listener = listed.find(({ port }) => port?.number === number);
  if (!listener) return unknown;
  const protocol = protocolOfName(listener.port?.protocol ?? "") ?? "Auto";
  const endpoint = Number(/:(\d+)$/.exec(listener.defaultEndpoint ?? "")?.[1] ?? number);
  return {
    service: found?.service,
    protocol: isHttp(protocol) || protocol === "Auto" ? "http" : "tcp",
    cluster: `inbound|${number}||`,
    applicationPort: endpoint,
  };
}

function ingressOf(mesh: MeshView, pod: KubeObject): readonly IngressListener[] {
  const proxy = proxyOf(pod);
  const sidecar = proxy && mesh.derive(sidecarScopes)(proxy).sidecar;
  return (sidecar && sidecarSpec(sidecar).ingress) ?? [];
}

function byServices(
  services: readonly RegistryService[],
  pod: KubeObject,
  number: number,
): Inbound | undefined {
  for (const service of services) {
    if (!selects(service, pod)) continue;
    const port = service.ports.find((candidate) => targetOf(candidate, pod) === number);
    if (!port) continue;
    const looksInside = isHttp(port.protocol) || port.protocol === "Auto";
    return {
      service,
      protocol: looksInside ? "http" : "tcp",
      cluster: `inbound|${number}||`,
      applicationPort: number,
    };
  }
  return undefined;
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
