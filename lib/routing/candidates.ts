import { type Endpoint, endpoints } from "@/lib/mesh/endpoints";
import type { MeshView } from "@/lib/mesh/view";
import type { Cluster } from "./cluster";
import { dial, readyEndpoints } from "./dial";
import { hostOfAuthority, type MeshRequest, type ProxyIdentity } from "./request";

/** Where a request can end: the ready endpoints, or the address that the client had dialled. */
export function candidates(
  mesh: MeshView,
  client: { readonly proxy: ProxyIdentity; readonly request: MeshRequest },
  cluster: Cluster,
): readonly Endpoint[] {
  if (!cluster.originalDestination) return cluster.ready;
  const { proxy, request } = client;
  const address =
    request.address ?? dial(mesh, hostOfAuthority(request.authority), proxy.namespace).address;
  const own = cluster.ready.filter((endpoint) => endpoint.address === address);
  return own.length > 0 || address === undefined
    ? own.length > 0
      ? own
      : [outside(hostOfAuthority(request.authority), request.port)]
    : at(mesh, address, request.port);
}

/** Whatever listens at an address: kube-proxy's choice for a virtual one, else the pod, else the world. */
export function at(mesh: MeshView, address: string, port: number): readonly Endpoint[] {
  const { service } = dial(mesh, address, "");
  if (service?.kind === "Service") return readyEndpoints(mesh, service, port);
  const pod = mesh.derive(endpoints).podAt(address);
  return [{ ...outside(address, port), ...(pod && ofPod(pod)) }];
}

const ofPod = (pod: NonNullable<Endpoint["pod"]>) => ({
  pod,
  labels: pod.metadata.labels ?? {},
  namespace: pod.metadata.namespace ?? "",
});

/** An address that the mesh knows nothing of. */
export const outside = (address: string, port: number): Endpoint => ({
  address,
  port,
  ready: true,
  pod: undefined,
  labels: {},
  namespace: "",
  serviceAccount: "",
  tlsMode: "disabled",
});
