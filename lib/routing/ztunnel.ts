import type { KubeObject } from "@/lib/k8s/object";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import { isCaptured, waypointEndpoints, waypointOfPod, waypointOfService } from "./ambient";
import { at } from "./candidates";
import type { Chance } from "./chance";
import { connectPlain } from "./connection";
import { type Dialled, readyEndpoints } from "./dial";
import type { Trace } from "./trace";

/** Where ztunnel takes a connection of a pod that it has captured. */
export interface Tunnel {
  /** Where it goes first: a waypoint, or its end. Undefined where nobody is there. */
  readonly endpoint: Endpoint | undefined;
  /** Whether a waypoint lies on the way. */
  readonly throughWaypoint: boolean;
  /** The service whose virtual address was dialled. */
  readonly service: RegistryService | undefined;
  /** Whether it travels in the mesh's own mutual TLS (HBONE), else in plain text. */
  readonly mutualTls: boolean;
  /** Whether the server hangs up upon what it is sent. */
  readonly refused: boolean;
}

/**
 * Where ztunnel takes a connection. It looks at addresses only: a Service with a waypoint is reached
 * through it, another by any of its ready pods; a pod that is dialled itself through its own
 * waypoint. Source: istio/ztunnel src/proxy/outbound.rs (build_request).
 *
 * @param dialled with the host itself as address where DNS leads out of the cluster
 */
export function decideAtZtunnel(
  mesh: MeshView,
  dialled: Dialled & { readonly port: number },
  chance: Chance,
  trace?: Trace,
): Tunnel {
  const { address = "", port } = dialled;
  const service = dialled.service?.addresses.includes(address) ? dialled.service : undefined;
  const ends = service ? readyEndpoints(mesh, service, port) : at(mesh, address, port);
  const only = service ? undefined : ends[0]?.pod;
  const waypoint = service ? waypointOfService(mesh, service) : only && waypointOfPod(mesh, only);
  const found = waypoint ? waypointEndpoints(mesh, waypoint) : ends;
  const endpoint = found[chance.evenly("endpoint", found.length)];
  const throughWaypoint = waypoint !== undefined;
  trace?.({
    step: "listener",
    taken: true,
    object: waypoint ?? service?.object,
    path: undefined,
    why: waypoint
      ? `ztunnel takes the connection to waypoint ${waypoint.metadata.name}: ${found.length} of its pods are ready`
      : `no waypoint stands before ${service?.host ?? address}: ztunnel carries the bytes unread`,
  });
  const mutualTls = throughWaypoint || (endpoint !== undefined && takesHbone(mesh, endpoint));
  const failure = mutualTls || !endpoint ? undefined : connectPlain(mesh, endpoint).failure;
  if (endpoint) {
    trace?.({
      step: "mtls",
      taken: true,
      object: endpoint.pod,
      path: undefined,
      why: mutualTls
        ? "both ends speak HBONE: mutual TLS"
        : `the server speaks no HBONE: plain text${failure ? ", which it refuses" : ""}`,
    });
  }
  return { endpoint, throughWaypoint, service, mutualTls, refused: failure !== undefined };
}

/** What istiod labels sidecars with that listen for HBONE. */
const TUNNEL = "networking.istio.io/tunnel";

const takesHbone = (mesh: MeshView, { pod }: Endpoint): boolean =>
  pod !== undefined && (isCaptured(mesh, pod) || speaksHbone(pod));

const speaksHbone = ({ metadata }: KubeObject): boolean => metadata.labels?.[TUNNEL] === "http";
