import { type KindId, kindInfo } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";

/** The kinds of resource that istiod pushes, in the order in which Envoy may need them. */
export const XDS_TYPES = ["CDS", "EDS", "LDS", "RDS", "ECDS"] as const;

export type XdsType = (typeof XDS_TYPES)[number];

/** The type URL that stands for a type on the wire and in `/debug/syncz`. */
export const TYPE_URL: Readonly<Record<XdsType, string>> = {
  CDS: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  EDS: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  LDS: "type.googleapis.com/envoy.config.listener.v3.Listener",
  RDS: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  ECDS: "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
};

/** What a change of a kind makes istiod push. Kinds that are not named push nothing. */
const PUSHED: Partial<Record<KindId, readonly XdsType[]>> = {
  VirtualService: ["LDS", "RDS"],
  DestinationRule: ["CDS", "EDS", "LDS", "RDS"],
  Gateway: ["LDS", "RDS"],
  Service: ["CDS", "EDS", "LDS", "RDS"],
  ServiceEntry: ["CDS", "EDS", "LDS", "RDS"],
  Sidecar: ["CDS", "EDS", "LDS", "RDS"],
  EnvoyFilter: ["CDS", "EDS", "LDS", "RDS", "ECDS"],
  WorkloadEntry: ["EDS"],
  EndpointSlice: ["EDS"],
  Pod: ["EDS"],
  PeerAuthentication: ["CDS", "EDS", "LDS"],
  RequestAuthentication: ["LDS"],
  AuthorizationPolicy: ["LDS"],
  Telemetry: ["LDS"],
  ProxyConfig: ["LDS"],
  WasmPlugin: ["LDS", "ECDS"],
  TrafficExtension: ["LDS", "ECDS"],
};

const MESH_CONFIG = "istio";
const ROUTING_API: readonly XdsType[] = ["CDS", "LDS", "RDS"];

/** The types that a change of an object moves; none for objects that istiod does not read. */
export function pushedTypes(kind: KindId, { metadata }: KubeObject): readonly XdsType[] {
  // The settings of the mesh. All other ConfigMaps belong to somebody else.
  if (kind === "ConfigMap") return metadata.name === MESH_CONFIG ? XDS_TYPES : [];
  return PUSHED[kind] ?? (kindInfo(kind).family === "gateway-api" ? ROUTING_API : []);
}

const HOME: Partial<Record<KindId, XdsType>> = {
  Service: "CDS",
  ServiceEntry: "CDS",
  DestinationRule: "CDS",
  Pod: "EDS",
  Endpoints: "EDS",
  EndpointSlice: "EDS",
  WorkloadEntry: "EDS",
  VirtualService: "RDS",
  HTTPRoute: "RDS",
  GRPCRoute: "RDS",
};

/** The type in which objects of `kind` chiefly live inside an Envoy. */
export const homeType = (kind: KindId): XdsType => HOME[kind] ?? "LDS";
