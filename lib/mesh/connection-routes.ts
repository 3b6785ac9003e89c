import { connectionRouteSpec } from "@/lib/istio/connection-route";
import { MESH_GATEWAY } from "@/lib/istio/gateway-ref";
import { hostMatches, hostsOverlap, isSubsetOfHost } from "@/lib/istio/host";
import type { BackendReference } from "@/lib/istio/http-route";
import type { L4Route, VirtualServiceSpec } from "@/lib/istio/virtual-service";
import { compareCreation } from "@/lib/k8s/creation-order";
import type { KubeObject } from "@/lib/k8s/object";
import { destinationOf } from "./http-route-rules";
import { keepFact } from "./kept-fact";
import { ATTACHMENT_KINDS, type Attachment, attachments, isGranted } from "./route-attachments";
import type { MeshView } from "./view";

/** What istiod makes of a TCPRoute or a TLSRoute for one host at one parent. */
export interface ConnectionRoutes {
  readonly object: KubeObject;
  readonly name: string;
  readonly namespace: string;
  readonly host: string;
  /** `namespace/name` of a Gateway, or `mesh`. */
  readonly gateway: string;
  readonly spec: VirtualServiceSpec;
  /** Where each entry of `spec.tcp` or `spec.tls` is written: `spec.rules[0]`. */
  readonly paths: readonly string[];
}

/** What nobody is: connections that no backend takes are closed. */
const NOWHERE = { destination: { host: "internal.cluster.local", subset: "zero-weight" } };

/** The TCPRoutes and TLSRoutes of a mesh by what they are attached to. Use with `mesh.derive`. */
export function connectionRoutes(mesh: MeshView): readonly ConnectionRoutes[] {
  return (["TCPRoute", "TLSRoute"] as const).flatMap((kind) =>
    [...mesh.list(kind)].sort(compareCreation).flatMap((object) => {
      const { parentRefs = [], hostnames = [], rules = [] } = connectionRouteSpec(object);
      const tls = kind === "TLSRoute";
      const places = parentRefs.flatMap((parent) =>
        attachments(mesh, object, parent, tls ? hostnames : []),
      );
      return places.flatMap((place) =>
        hostsOf(place, tls).map((host, index): ConnectionRoutes => {
          const routes = rules.map(({ backendRefs = [] }): L4Route => {
            const route = destinationsOf(mesh, object, backendRefs, place);
            const match = tls ? tlsMatch(place, hostnames, host) : tcpMatch(place);
            return { route, ...(match && { match: [match] }) };
          });
          const { name, namespace = "" } = object.metadata;
          return {
            object,
            name: `${name}~${tls ? "tls" : "tcp"}~${places.indexOf(place)}~${index}`,
            namespace,
            host,
            gateway: place.gateway,
            spec: tls ? { tls: routes } : { tcp: routes },
            paths: rules.map((_, position) => `spec.rules[${position}]`),
          };
        }),
      );
    }),
  );
}

/** A gateway's listener of TCP takes everything; one of TLS the names that both sides know. */
const hostsOf = ({ gateway, hosts, hostname }: Attachment, tls: boolean): readonly string[] => {
  if (gateway === MESH_GATEWAY) return hosts;
  return tls ? narrowed(hosts, hostname) : ["*"];
};

const narrowed = (hosts: readonly string[], hostname: string | undefined): readonly string[] =>
  hostname === undefined
    ? hosts
    : hosts
        .filter((host) => hostsOverlap(host, hostname))
        .map((host) => (isSubsetOfHost(host, hostname) ? host : hostname));

const tcpMatch = ({ port }: Attachment) => (port === undefined ? undefined : { port });

function tlsMatch(place: Attachment, hostnames: readonly string[], host: string) {
  const { gateway, hosts, hostname, port } = place;
  const asked = hostnames.length > 0 ? hostnames : ["*"];
  if (gateway !== MESH_GATEWAY) return { sniHosts: narrowed(asked, hostname) };
  // In the mesh the parent's own names stand in for those that are left out.
  const named = hostnames.length > 0 ? hostnames : hosts;
  const sniHosts = named.length > 1 ? named.filter((name) => hostMatches(host, name)) : named;
  return { sniHosts, ...(port !== undefined && { port }) };
}

function destinationsOf(
  mesh: MeshView,
  route: KubeObject,
  backends: readonly BackendReference[],
  { gateway }: Attachment,
): NonNullable<L4Route["route"]> {
  const used = backends.filter(({ weight = 1 }) => weight > 0);
  if (used.length === 0) return [NOWHERE];
  return used.map((backend) => ({
    destination:
      gateway === MESH_GATEWAY || isGranted(mesh, backend, route)
        ? destinationOf(backend, route.metadata.namespace ?? "")
        : {},
    weight: backend.weight ?? 1,
  }));
}

keepFact(connectionRoutes, { kinds: ["TCPRoute", "TLSRoute", ...ATTACHMENT_KINDS], facts: [] });
