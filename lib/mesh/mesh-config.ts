import { weakMemo } from "@/lib/base/weak-memo";
import type { LoadBalancer } from "@/lib/istio/destination-rule";
import type { OutboundTrafficPolicy } from "@/lib/istio/sidecar";
import type { HttpRetry } from "@/lib/istio/virtual-service";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { parseYaml } from "@/lib/yaml/parse";
import { plainDocument } from "@/lib/yaml/plain-document";
import type { MeshIndex } from "./mesh-index";
import type { MeshView } from "./view";

/** The settings of the mesh that decide what configuration means, with Istio's defaults. */
export interface MeshConfig {
  /** Holds the configuration that goes for all namespaces. */
  readonly rootNamespace: string;
  readonly trustDomain: string;
  /** Other trust domains whose identities stand for the same ones of this mesh. */
  readonly trustDomainAliases: readonly string[];
  readonly enableAutoMtls: boolean;
  readonly outboundTrafficPolicy: OutboundTrafficPolicy;
  readonly defaultServiceExportTo: readonly string[];
  readonly defaultVirtualServiceExportTo: readonly string[];
  readonly defaultDestinationRuleExportTo: readonly string[];
  /** What other services proxies may ask, by name. */
  readonly extensionProviders: readonly {
    readonly name?: string;
    readonly [type: string]: unknown;
  }[];
  /** What goes for clusters whose DestinationRule says nothing of localities. */
  readonly localityLbSetting: NonNullable<LoadBalancer["localityLbSetting"]>;
  /** Undefined for Istio's own default of two retries. */
  readonly defaultHttpRetryPolicy: HttpRetry | undefined;
  /** Where proxies log requests: `/dev/stdout`; empty for nowhere. */
  readonly accessLogFile: string;
  readonly accessLogEncoding: "TEXT" | "JSON";
}

/** What goes where the mesh config says nothing. */
const DEFAULT_MESH_CONFIG: MeshConfig = {
  rootNamespace: "istio-system",
  trustDomain: "cluster.local",
  trustDomainAliases: [],
  enableAutoMtls: true,
  outboundTrafficPolicy: { mode: "ALLOW_ANY" },
  defaultServiceExportTo: ["*"],
  defaultVirtualServiceExportTo: ["*"],
  defaultDestinationRuleExportTo: ["*"],
  extensionProviders: [
    { name: "prometheus", prometheus: {} },
    { name: "stackdriver", stackdriver: {} },
    { name: "envoy", envoyFileAccessLog: { path: "/dev/stdout" } },
  ],
  localityLbSetting: { enabled: true },
  defaultHttpRetryPolicy: undefined,
  accessLogFile: "",
  accessLogEncoding: "TEXT",
};

/**
 * The mesh config of the cluster: key `mesh` of ConfigMap `istio`, in istio-system where there are
 * several. Istio's defaults where there is none or where it cannot be read. Use with `mesh.derive`.
 */
export function meshConfig(mesh: MeshView): MeshConfig {
  const found = meshConfigMap(mesh);
  return found ? readMeshConfig(found) : DEFAULT_MESH_CONFIG;
}

/** The ConfigMap that holds the mesh config. */
function meshConfigMap(mesh: MeshView): KubeObject | undefined {
  const all = mesh.lookup(NAMED_ISTIO, "");
  const inSystem = all.find(
    ({ metadata }) => metadata.namespace === DEFAULT_MESH_CONFIG.rootNamespace,
  );
  return inSystem ?? all[0];
}

const NAMED_ISTIO: MeshIndex<KubeObject> = {
  kinds: ["ConfigMap"],
  *entries(object) {
    if (object.metadata.name === "istio") yield ["", object];
  },
};

/** The mesh config as written, without Istio's defaults. Use with `mesh.derive`. */
export function givenMeshConfig(mesh: MeshView): JsonRecord {
  const found = meshConfigMap(mesh);
  return found ? writtenMeshConfig(found) : {};
}

const writtenMeshConfig = weakMemo((configMap: KubeObject): JsonRecord => {
  const data = configMap["data"];
  const text = isRecord(data) ? data["mesh"] : undefined;
  const value =
    typeof text === "string"
      ? (plainDocument(text) ?? parseYaml(text).documents[0]?.value)
      : undefined;
  return isRecord(value) ? value : {};
});

const readMeshConfig = weakMemo((configMap: KubeObject): MeshConfig => {
  const given = writtenMeshConfig(configMap);
  const fields = Object.keys(DEFAULT_MESH_CONFIG).filter(
    (field) => given[field] !== undefined && given[field] !== null,
  );
  return {
    ...DEFAULT_MESH_CONFIG,
    ...(Object.fromEntries(fields.map((field) => [field, given[field]])) as Partial<MeshConfig>),
  };
});
