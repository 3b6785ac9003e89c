import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { serviceSpec } from "@/lib/k8s/service";
import { keepFact } from "@/lib/mesh/kept-fact";
import { registry } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";

interface GrpcPort {
  readonly target: number;
  readonly selector: Readonly<Record<string, string>>;
}

/** By namespace, the ports of pods that Services declare as gRPC. */
function grpcPorts(mesh: MeshView): ReadonlyMap<string, readonly GrpcPort[]> {
  const found = new Map<string, GrpcPort[]>();
  for (const service of mesh.derive(registry).services) {
    const ports = service.ports.filter(({ protocol }) => protocol === "GRPC");
    if (service.kind !== "Service" || ports.length === 0) continue;
    const { selector } = serviceSpec(service.object);
    if (!selector) continue;
    const list = found.get(service.namespace) ?? [];
    for (const { targetPort, number } of ports) {
      list.push({ target: typeof targetPort === "number" ? targetPort : number, selector });
    }
    found.set(service.namespace, list);
  }
  return found;
}

keepFact(grpcPorts, { kinds: [], facts: [registry] });

/** Whether a Service declares this port of the pod as gRPC. */
export function isGrpcPort(mesh: MeshView, pod: KubeObject, port: number): boolean {
  const ports = mesh.derive(grpcPorts).get(pod.metadata.namespace ?? "") ?? [];
  return ports.some(
    ({ target, selector }) => target === port && hasLabels(pod.metadata.labels, selector),
  );
}

/**
 * The status in gRPC's trailers for an HTTP status of a proxy or application.
 *
 * Source: gRPC's "HTTP to gRPC Status Code Mapping", which Envoy follows.
 */
export function grpcStatusOf(httpStatus: number): number {
  if (httpStatus >= 200 && httpStatus < 300) return 0;
  return STATUSES[httpStatus] ?? UNKNOWN;
}

const UNKNOWN = 2;
const STATUSES: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};
