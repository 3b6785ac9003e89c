/** What the product must know of a kind to list, watch, link and draw it. */
export interface KindInfo {
  /** Unique in the registry. It is the kind itself, save where two groups share one. */
  readonly id: string;
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Served versions that we understand, the preferred one first. */
  readonly versions: readonly [string, ...string[]];
  /** The resource name in request paths. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly family: "core" | "istio" | "gateway-api" | "quarterdeck";
  /** Two letters that stand for the kind in dense rows. */
  readonly tag: string;
}

type Family = KindInfo["family"];

const define =
  (family: Family, group: string) =>
  <const Id extends string>(
    id: Id,
    plural: string,
    tag: string,
    options: {
      versions?: readonly [string, ...string[]];
      kind?: string;
      namespaced?: boolean;
    } = {},
  ) => ({
    id,
    kind: options.kind ?? id,
    group,
    versions: options.versions ?? (["v1"] as const),
    plural,
    namespaced: options.namespaced ?? true,
    family,
    tag,
  });

const core = define("core", "");
const apps = define("core", "apps");
const coordination = define("core", "coordination.k8s.io");
const discovery = define("core", "discovery.k8s.io");
const admission = define("core", "admissionregistration.k8s.io");
const extensions = define("core", "apiextensions.k8s.io");
const networking = define("istio", "networking.istio.io");
const security = define("istio", "security.istio.io");
const telemetry = define("istio", "telemetry.istio.io");
const istioExtensions = define("istio", "extensions.istio.io");
const gatewayApi = define("gateway-api", "gateway.networking.k8s.io");

const ours = define("quarterdeck", "quarterdeck.dev");

const STABLE = ["v1", "v1beta1", "v1alpha3"] as const;

/** Every kind that the product reads. Order is that of lists and menus. */
export const KINDS = [
  networking("VirtualService", "virtualservices", "VS", { versions: STABLE }),
  networking("DestinationRule", "destinationrules", "DR", { versions: STABLE }),
  networking("Gateway", "gateways", "GW", { versions: STABLE }),
  networking("ServiceEntry", "serviceentries", "SE", { versions: STABLE }),
  networking("Sidecar", "sidecars", "SC", { versions: STABLE }),
  networking("WorkloadEntry", "workloadentries", "WE", { versions: STABLE }),
  networking("WorkloadGroup", "workloadgroups", "WG", { versions: STABLE }),
  networking("EnvoyFilter", "envoyfilters", "EF", { versions: ["v1alpha3"] }),
  networking("ProxyConfig", "proxyconfigs", "PC", { versions: ["v1beta1"] }),
  security("AuthorizationPolicy", "authorizationpolicies", "AP", { versions: ["v1", "v1beta1"] }),
  security("PeerAuthentication", "peerauthentications", "PA", { versions: ["v1", "v1beta1"] }),
  security("RequestAuthentication", "requestauthentications", "RA", {
    versions: ["v1", "v1beta1"],
  }),
  telemetry("Telemetry", "telemetries", "TL", { versions: ["v1", "v1alpha1"] }),
  istioExtensions("WasmPlugin", "wasmplugins", "WP", { versions: ["v1alpha1"] }),
  istioExtensions("TrafficExtension", "trafficextensions", "TE", { versions: ["v1alpha1"] }),
  gatewayApi("GatewayClass", "gatewayclasses", "GC", {
    versions: ["v1", "v1beta1"],
    namespaced: false,
  }),
  gatewayApi("KubernetesGateway", "gateways", "KG", {
    kind: "Gateway",
    versions: ["v1", "v1beta1"],
  }),
  gatewayApi("HTTPRoute", "httproutes", "HR", { versions: ["v1", "v1beta1"] }),
  gatewayApi("GRPCRoute", "grpcroutes", "GR"),
  gatewayApi("TCPRoute", "tcproutes", "TR", { versions: ["v1", "v1alpha2"] }),
  gatewayApi("TLSRoute", "tlsroutes", "TS", { versions: ["v1", "v1alpha3", "v1alpha2"] }),
  gatewayApi("UDPRoute", "udproutes", "UR", { versions: ["v1", "v1alpha2"] }),
  gatewayApi("ReferenceGrant", "referencegrants", "RG", { versions: ["v1", "v1beta1"] }),
  gatewayApi("BackendTLSPolicy", "backendtlspolicies", "BT", { versions: ["v1", "v1alpha3"] }),
  gatewayApi("ListenerSet", "listenersets", "LS"),
  core("Namespace", "namespaces", "NS", { namespaced: false }),
  core("Node", "nodes", "NO", { namespaced: false }),
  core("Service", "services", "SV"),
  core("Pod", "pods", "PO"),
  core("ServiceAccount", "serviceaccounts", "SA"),
  core("ConfigMap", "configmaps", "CM"),
  core("Secret", "secrets", "ST"),
  core("Endpoints", "endpoints", "EP"),
  core("Event", "events", "EV"),
  apps("Deployment", "deployments", "DP"),
  apps("ReplicaSet", "replicasets", "RS"),
  discovery("EndpointSlice", "endpointslices", "ES"),
  coordination("Lease", "leases", "LE"),
  admission("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "VW", {
    namespaced: false,
  }),
  admission("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "MW", {
    namespaced: false,
  }),
  extensions("CustomResourceDefinition", "customresourcedefinitions", "CD", { namespaced: false }),
  ours("CanaryRollout", "canaryrollouts", "CR", { versions: ["v1alpha1"] }),
] as const satisfies readonly KindInfo[];

/** The registry's own name of a kind. */
export type KindId = (typeof KINDS)[number]["id"];

const byId = new Map<string, KindInfo>(KINDS.map((kind) => [kind.id, kind]));
const byGroup = new Map<string, Map<string, KindId>>();
/** The same by the versions that are known: a look for each object, and no text is put together. */
const byApiVersion = new Map<string, ReadonlyMap<string, KindId>>();
for (const { group, kind, id, versions } of KINDS) {
  const kinds = byGroup.get(group) ?? new Map<string, KindId>();
  byGroup.set(group, kinds.set(kind, id));
  for (const version of versions) byApiVersion.set(group ? `${group}/${version}` : version, kinds);
}

/** What the registry says of `id`. */
export function kindInfo(id: KindId): KindInfo {
  const info = byId.get(id);
  if (!info) throw new TypeError(`no kind ${id}`);
  return info;
}

/** Whether `text` is a kind of the registry. */
export const isKindId = (text: string): text is KindId => byId.has(text);

/** The part of `apiVersion` before the slash; empty for the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";

/** The registry's kind of an object, whatever version it was written in; undefined if not ours. */
export const kindIdOf = ({
  apiVersion,
  kind,
}: {
  apiVersion: string;
  kind: string;
}): KindId | undefined =>
  (byApiVersion.get(apiVersion) ?? byGroup.get(groupOf(apiVersion)))?.get(kind);

/** `networking.istio.io/v1`: how objects of this kind are written by us. */
export function preferredApiVersion(id: KindId): string {
  const { group, versions } = kindInfo(id);
  return group ? `${group}/${versions[0]}` : versions[0];
}

/** The kinds that an operator configures the mesh with. */
export const CONFIG_KINDS: readonly KindId[] = KINDS.filter(
  ({ family }) => family === "istio" || family === "gateway-api",
).map((kind) => kind.id);

/** One object of the cluster, named. `namespace` is empty for kinds without namespaces. */
export interface ObjectRef {
  readonly kind: KindId;
  readonly namespace: string;
  readonly name: string;
}
