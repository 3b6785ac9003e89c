import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { customColumns } from "./custom-columns";
import type { ResourceType, ServedVersion } from "./resource-type";

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
const text = (value: unknown, otherwise: string): string =>
  typeof value === "string" && value ? value : otherwise;

/** The kind that a CustomResourceDefinition describes; undefined when it serves no version. */
export function typeOfDefinition(definition: KubeObject): ResourceType | undefined {
  const spec: JsonRecord = isRecord(definition.spec) ? definition.spec : {};
  const names: JsonRecord = isRecord(spec.names) ? spec.names : {};
  const group = text(spec.group, "");
  const kind = text(names.kind, "");
  const plural = text(names.plural, "");
  const versions = (Array.isArray(spec.versions) ? spec.versions : [])
    .filter(isRecord)
    .filter((version) => version.served !== false)
    .map((version) => versionOf(version, `${group}/${text(version.name, "")} ${kind}`))
    .sort((a, b) => byPriority(a.name, b.name));
  const [first, ...rest] = versions;
  if (!first || !group || !kind || !plural) return undefined;
  return {
    key: `${plural}.${group}`,
    group,
    kind,
    listKind: text(names.listKind, `${kind}List`),
    plural,
    singular: text(names.singular, kind.toLowerCase()),
    shortNames: texts(names.shortNames),
    categories: texts(names.categories),
    namespaced: spec.scope !== "Cluster",
    versions: [first, ...rest],
    custom: true,
  };
}

function versionOf(version: JsonRecord, title: string): ServedVersion {
  const schema = isRecord(version.schema) ? version.schema.openAPIV3Schema : undefined;
  const subresources = isRecord(version.subresources) ? version.subresources : {};
  return {
    name: text(version.name, ""),
    schema: isRecord(schema) ? schema : undefined,
    columns: customColumns(version.additionalPrinterColumns),
    status: isRecord(subresources.status),
    scale: isRecord(subresources.scale),
    ...(version.deprecated === true
      ? { deprecation: text(version.deprecationWarning, `${title} is deprecated`) }
      : {}),
  };
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGES = ["alpha", "beta", undefined];

/** Kubernetes' order of versions: v2, v1, v1beta2, v1beta1, v1alpha1, then the others by name. */
function byPriority(a: string, b: string): number {
  const x = VERSION.exec(a);
  const y = VERSION.exec(b);
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : 1;
  return (
    STAGES.indexOf(y[2]) - STAGES.indexOf(x[2]) ||
    Number(y[1]) - Number(x[1]) ||
    Number(y[3] ?? 0) - Number(x[3] ?? 0)
  );
}
