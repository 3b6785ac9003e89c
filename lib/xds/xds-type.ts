/** The kinds of resource that a proxy gets from istiod, in the order in which people read them. */
export const XDS_TYPES = ["CDS", "LDS", "EDS", "RDS", "ECDS"] as const;

/** One kind of resource: clusters, listeners, endpoints, routes, extensions. */
export type XdsType = (typeof XDS_TYPES)[number];

const TYPE_OF_RESOURCE: Readonly<Record<string, XdsType>> = {
  "envoy.config.cluster.v3.Cluster": "CDS",
  "envoy.config.listener.v3.Listener": "LDS",
  "envoy.config.endpoint.v3.ClusterLoadAssignment": "EDS",
  "envoy.config.route.v3.RouteConfiguration": "RDS",
  "envoy.config.core.v3.TypedExtensionConfig": "ECDS",
};

/** The type of a type URL of `/debug/syncz`; undefined for types that the table does not show. */
export const xdsTypeOf = (typeUrl: string): XdsType | undefined =>
  TYPE_OF_RESOURCE[typeUrl.slice(typeUrl.lastIndexOf("/") + 1)];

const SHORT_NAMES: Readonly<Record<string, string>> = {
  "envoy.extensions.transport_sockets.tls.v3.Secret": "SDS",
  "istio.networking.nds.v1.NameTable": "NDS",
  "istio.mesh.v1alpha1.ProxyConfig": "PCDS",
  "istio.workload.Address": "WDS",
  "istio.workload.Workload": "WDS",
  "istio.security.Authorization": "WADS",
};

/** istioctl's short name of a type (`CDS`, `NDS`, …); the whole URL of a type that it does not know. */
export const shortTypeName = (typeUrl: string): string =>
  xdsTypeOf(typeUrl) ?? SHORT_NAMES[typeUrl.slice(typeUrl.lastIndexOf("/") + 1)] ?? typeUrl;
