import { type KindId, kindInfo } from "@/lib/istio/kinds";
import { isRecord, type JsonRecord, without } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Names of ConfigMaps that hold the mesh's configuration, or ours. */
const MESH_CONFIG = /^(istio|quarterdeck)(-|$)/;
const OUR_LABEL = /(^|[./])quarterdeck([./]|$)/;

/**
 * The object as the cache keeps it.
 *
 * `last-applied-configuration` may repeat what a Secret held, and it doubles memory: it goes.
 * Istio's and the Gateway API's objects keep managedFields, which name who wrote what. Of Pods,
 * Nodes, foreign ConfigMaps and CRDs only what the product reads stays; so the cache is no source
 * for edits of those kinds: read them from the cluster.
 */
export function trimmed(kind: KindId, object: KubeObject): KubeObject {
  const metadata = trimmedMetadata(kind, object);
  switch (kind) {
    case "Pod":
      return { ...object, metadata, ...mapField(object, "spec", trimmedPodSpec) };
    case "Deployment":
    case "ReplicaSet":
      return { ...object, metadata, ...mapField(object, "spec", trimmedTemplateOwner) };
    case "Node":
      return { ...object, metadata, ...mapField(object, "status", (s) => without(s, "images")) };
    case "ConfigMap":
      return isOurs(object)
        ? { ...object, metadata }
        : ({ ...without(object, "data", "binaryData"), metadata } as KubeObject);
    case "CustomResourceDefinition":
      return isMeshDefinition(object)
        ? { ...object, metadata }
        : { ...object, metadata, ...mapField(object, "spec", (spec) => without(spec, "versions")) };
    default:
      return { ...object, metadata };
  }
}

function trimmedMetadata(kind: KindId, { metadata }: KubeObject): KubeObject["metadata"] {
  const { annotations, managedFields, ...rest } = metadata;
  const keptAnnotations = annotations && without(annotations, LAST_APPLIED);
  return {
    ...rest,
    ...(keptAnnotations && { annotations: keptAnnotations as Record<string, string> }),
    ...(managedFields && kindInfo(kind).family !== "core" && { managedFields }),
  };
}

function trimmedPodSpec(spec: JsonRecord): JsonRecord {
  const rest = without(spec, "volumes", "tolerations", "affinity", "imagePullSecrets");
  return { ...rest, ...containers(rest, "containers"), ...containers(rest, "initContainers") };
}

function trimmedTemplateOwner(spec: JsonRecord): JsonRecord {
  return {
    ...spec,
    ...mapField(spec, "template", (template) => ({
      ...template,
      ...mapField(template, "spec", trimmedPodSpec),
    })),
  };
}

function containers(spec: JsonRecord, field: string): JsonRecord {
  const list = spec[field];
  if (!Array.isArray(list)) return {};
  return {
    [field]: list.map((container: unknown) =>
      isRecord(container)
        ? without(container, "env", "envFrom", "volumeMounts", "volumeDevices", "lifecycle")
        : container,
    ),
  };
}

function mapField(
  record: JsonRecord,
  field: string,
  map: (value: JsonRecord) => JsonRecord,
): JsonRecord {
  const value = record[field];
  return isRecord(value) ? { [field]: map(value) } : {};
}

function isOurs({ metadata }: KubeObject): boolean {
  const labels = Object.entries(metadata.labels ?? {});
  return (
    MESH_CONFIG.test(metadata.name) ||
    labels.some(([name, value]) => OUR_LABEL.test(name) || OUR_LABEL.test(value))
  );
}

function isMeshDefinition({ metadata }: KubeObject): boolean {
  return /\.(istio\.io|gateway\.networking\.k8s\.io)$/.test(metadata.name);
}
