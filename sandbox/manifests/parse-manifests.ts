import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { type FieldPath, parsePath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import { parseYaml, YAML_LIMITS, type YamlLimits } from "@/lib/yaml/parse";
import type { TextRange } from "@/lib/yaml/text-range";
import { UsageError } from "@/sandbox/options";

/** One file of manifests. */
export interface ManifestText {
  readonly file: string;
  readonly text: string;
}

/** One object of a file. */
export interface Manifest {
  readonly file: string;
  readonly object: KubeObject;
  /** An error that names the file, the line of a field (`spec.hosts`; empty for the whole), and what. */
  fault(field: string, what: string): UsageError;
}

/** A folder may hold a whole cluster, unlike a text in the editor. */
const LIMITS: YamlLimits = { ...YAML_LIMITS, length: 256_000_000, values: 50_000_000 };

const NAMES = ["apiVersion", "kind"] as const;

/** The objects of some texts, lists unfolded. @throws UsageError that names file, line and field */
export function parseManifests(texts: readonly ManifestText[]): readonly Manifest[] {
  return texts.flatMap(({ file, text }) => {
    const parsed = parseYaml(text, LIMITS);
    const [problem] = parsed.problems;
    if (problem) throw unreadable(file, problem.range, problem.message);
    return parsed.documents.flatMap((document) => {
      const { value } = document;
      if (value === null || value === undefined) return [];
      const below = (base: FieldPath) => (path: FieldPath) =>
        locate(parsed, document, [...base, ...path]).range;
      const isList = isRecord(value) && value["apiVersion"] === "v1" && value["kind"] === "List";
      if (!isList) return [manifest(file, value, below([]))];
      const items: readonly unknown[] = Array.isArray(value["items"]) ? value["items"] : [];
      return items.map((item, index) => manifest(file, item, below(["items", index])));
    });
  });
}

function manifest(file: string, value: unknown, placeOf: (path: FieldPath) => TextRange): Manifest {
  const fault = (field: string, what: string): UsageError => {
    const path = parsePath(field) ?? [];
    return unreadable(file, placeOf(path), field ? `${field}: ${what}` : what);
  };
  if (!isRecord(value)) throw fault("", "is no Kubernetes object");
  for (const name of NAMES) {
    if (typeof value[name] !== "string") throw fault(name, "must be a text");
  }
  const { metadata } = value;
  if (!isRecord(metadata)) throw fault("metadata", "must hold a name");
  if (typeof metadata["name"] !== "string" && typeof metadata["generateName"] !== "string") {
    throw fault("metadata.name", "must be a text");
  }
  const { namespace } = metadata;
  if (namespace !== undefined && typeof namespace !== "string") {
    throw fault("metadata.namespace", "must be a text");
  }
  return { file, object: value as unknown as KubeObject, fault };
}

const unreadable = (file: string, { line, column }: TextRange, what: string): UsageError =>
  new UsageError(`${file}:${line}:${column}: ${what.replace(/\s+/g, " ")}`);
