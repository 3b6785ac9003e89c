import { weakMemo } from "@/lib/base/weak-memo";
import type { LoadBalancer } from "@/lib/istio/destination-rule";
import type { OutboundTrafficPolicy } from "@/lib/istio/sidecar";
import type { HttpRetry } from "@/lib/istio/virtual-service";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { FieldPath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import { parseYaml } from "@/lib/yaml/parse";
import { plainDocument } from "@/lib/yaml/plain-document";
import type { TextRange } from "@/lib/yaml/text-range";
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
  const text = meshConfigText(configMap);
  const value =
    text !== undefined ? (plainDocument(text) ?? parseYaml(text).documents[0]?.value) : undefined;
  return isRecord(value) ? value : {};
});

/** What a setting must be. */
interface Shape {
  readonly words: string;
  readonly fits: (value: unknown) => boolean;
}

const isText = (value: unknown): boolean => typeof value === "string";
const listOf =
  (fits: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(fits);
const recordWith =
  (fields: Readonly<Record<string, (value: unknown) => boolean>>) =>
  (value: unknown): boolean =>
    isRecord(value) &&
    Object.entries(fields).every(([name, fits]) => {
      const given = value[name];
      return given === undefined || given === null || fits(given);
    });
const oneOf = (...names: readonly string[]): Shape => ({
  words: `must be ${names.join(" or ")}`,
  fits: (value) => typeof value === "string" && names.includes(value),
});

const TEXT: Shape = { words: "must be a text", fits: isText };
const TEXTS: Shape = { words: "must be a list of texts", fits: listOf(isText) };
const OBJECT: Shape = { words: "must be an object", fits: isRecord };

const SHAPES: Readonly<Record<keyof MeshConfig, Shape>> = {
  rootNamespace: TEXT,
  trustDomain: TEXT,
  trustDomainAliases: TEXTS,
  enableAutoMtls: {
    words: "must be true or false",
    fits: (value) => typeof value === "boolean",
  },
  outboundTrafficPolicy: {
    words: "must be an object whose mode is REGISTRY_ONLY, ALLOW_ANY or ALLOW_ANY_DYNAMIC_DNS",
    fits: recordWith({ mode: oneOf("REGISTRY_ONLY", "ALLOW_ANY", "ALLOW_ANY_DYNAMIC_DNS").fits }),
  },
  defaultServiceExportTo: TEXTS,
  defaultVirtualServiceExportTo: TEXTS,
  defaultDestinationRuleExportTo: TEXTS,
  extensionProviders: {
    words: "must be a list of objects with a name",
    fits: listOf(recordWith({ name: isText })),
  },
  localityLbSetting: {
    words: "must be an object with lists of distribute, failover and failoverPriority",
    fits: recordWith({
      distribute: listOf(recordWith({ from: isText, to: isRecord })),
      failover: listOf(recordWith({ from: isText, to: isText })),
      failoverPriority: listOf(isText),
    }),
  },
  defaultHttpRetryPolicy: OBJECT,
  accessLogFile: TEXT,
  accessLogEncoding: oneOf("TEXT", "JSON"),
};
const SETTINGS = Object.keys(SHAPES) as (keyof MeshConfig)[];

const readMeshConfig = weakMemo((configMap: KubeObject): MeshConfig => {
  const given = writtenMeshConfig(configMap);
  const fields = SETTINGS.filter((field) => {
    const value = given[field];
    return value !== undefined && value !== null && SHAPES[field].fits(value);
  });
  return {
    ...DEFAULT_MESH_CONFIG,
    ...(Object.fromEntries(fields.map((field) => [field, given[field]])) as Partial<MeshConfig>),
  };
});

/** Something in a mesh config that cannot be read as it is meant. */
export interface MeshConfigFault {
  readonly message: string;
  /** In the text of the mesh config. */
  readonly range: TextRange | undefined;
}

/**
 * What of a mesh config's text cannot be read. Settings that have no part in what is decided here,
 * and those of later releases of Istio, are not judged.
 */
export function meshConfigFaults(text: string): readonly MeshConfigFault[] {
  const parsed = parseYaml(text);
  if (parsed.problems.length > 0) return parsed.problems;
  const [document] = parsed.documents;
  const at = (...path: FieldPath) => document && locate(parsed, document, path).range;
  const value = document?.value ?? {};
  if (!isRecord(value)) return [{ message: "It must be an object.", range: at() }];
  return SETTINGS.flatMap((field) => {
    const given = value[field];
    if (given === undefined || given === null || SHAPES[field].fits(given)) return [];
    return [{ message: `${field} ${SHAPES[field].words}.`, range: at(field) }];
  });
}

/** The text that a ConfigMap `istio` holds as the mesh config; undefined for any other object. */
export function meshConfigText(object: KubeObject): string | undefined {
  const data = object["data"];
  const text = isRecord(data) ? data["mesh"] : undefined;
  return object.metadata.name === "istio" && typeof text === "string" ? text : undefined;
}
