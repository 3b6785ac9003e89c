import type { KubeObject } from "@/lib/k8s/object";
import { meshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import { analyzeObjects } from "./engine";
import type { Rule } from "./rule";

/** The objects of a YAML text, for tests. */
const objectsOf = (yaml: string): KubeObject[] =>
  parseYaml(yaml).documents.flatMap(({ value }) => (value === null ? [] : [value as KubeObject]));

/** What one rule says of a mesh of these objects: `path: message`, for tests. */
export function reported(rule: Rule, ...yaml: readonly string[]): string[] {
  const objects = yaml.flatMap(objectsOf);
  return analyzeObjects(objects, meshView(objects), [rule]).map(
    ({ kind, name, path, message }) => `${kind} ${name} ${path}: ${message}`,
  );
}
