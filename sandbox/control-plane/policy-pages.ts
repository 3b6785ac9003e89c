import { CONFIG_KINDS, type KindId, preferredApiVersion } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";

type Json = Readonly<Record<string, unknown>>;

function byNamespace(mesh: MeshView, kind: KindId): Json {
  const found: Record<string, Json[]> = {};
  for (const { metadata, ["spec"]: spec } of mesh.list(kind)) {
    const { name, namespace = "", annotations = {} } = metadata;
    const list = found[namespace] ?? [];
    list.push({ name, namespace, annotations, spec });
    found[namespace] = list;
  }
  return found;
}

const authorizationPolicies = (mesh: MeshView): Json => ({
  namespace_to_policies: byNamespace(mesh, "AuthorizationPolicy"),
  root_namespace: mesh.derive(meshConfig).rootNamespace,
});

/** `/debug/authorizationz` */
export const authorizationz = (mesh: MeshView): Json => ({
  authorization_policies: authorizationPolicies(mesh),
});

/** `/debug/telemetryz` */
export const telemetryz = (mesh: MeshView): Json => ({
  telemetries: {
    namespace_to_telemetries: byNamespace(mesh, "Telemetry"),
    root_namespace: mesh.derive(meshConfig).rootNamespace,
  },
});

/** `/debug/pushcontext` */
export const pushcontext = (mesh: MeshView): Json => ({
  AuthorizationPolicies: authorizationPolicies(mesh),
  NetworkGateways: null,
  UnresolvedGateways: null,
});

/** `/debug/configz`: every object of configuration that istiod holds, without bookkeeping. */
export const configz = (mesh: MeshView): readonly KubeObject[] =>
  CONFIG_KINDS.flatMap((id) =>
    mesh.list(id).map((object) => {
      const { managedFields: _, ...metadata } = object.metadata as KubeObject["metadata"] & {
        managedFields?: unknown;
      };
      return { ...object, metadata };
    }),
  );

/** `/debug/resourcesz`: the kinds that istiod watches. */
export const resourcesz = (): readonly Json[] =>
  CONFIG_KINDS.map((id) => {
    const [group = "", version = ""] = preferredApiVersion(id).split("/");
    return { group, version, kind: id };
  });

/** `/debug/mesh`: the effective mesh config. */
export function meshPage(mesh: MeshView): Json {
  const given = mesh.derive(meshConfig);
  return {
    proxyListenPort: 15001,
    proxyInboundListenPort: 15006,
    connectTimeout: "10s",
    protocolDetectionTimeout: "0s",
    ingressClass: "istio",
    ingressService: "istio-ingressgateway",
    ingressControllerMode: "STRICT",
    enableTracing: true,
    defaultConfig: {
      configPath: "./etc/istio/proxy",
      binaryPath: "/usr/local/bin/envoy",
      serviceCluster: "istio-proxy",
      drainDuration: "45s",
      discoveryAddress: "istiod.istio-system.svc:15012",
      proxyAdminPort: 15000,
      controlPlaneAuthPolicy: "MUTUAL_TLS",
      statNameLength: 189,
      statusPort: 15020,
      terminationDrainDuration: "5s",
    },
    inboundTrafficPolicy: {},
    dnsRefreshRate: "60s",
    enablePrometheusMerge: true,
    defaultProviders: {},
    ...given,
  };
}

/** `/debug/inject`: the template and values of the injector's ConfigMap; `{}` where there is none. */
export function injectPage(mesh: MeshView): Json {
  const map = mesh
    .list("ConfigMap")
    .find(({ metadata }) => metadata.name === "istio-sidecar-injector");
  return (map?.["data"] as Json | undefined) ?? {};
}
