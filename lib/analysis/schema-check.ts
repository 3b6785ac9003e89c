import { groupOf } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Schema } from "@/lib/k8s/schema";
import { applyDefaults } from "@/lib/k8s/schema-default";
import { prune } from "@/lib/k8s/schema-prune";
import { validate } from "@/lib/k8s/schema-validate";
import type { MeshView } from "@/lib/mesh/view";
import { type FieldPath, parsePath } from "@/lib/yaml/field-path";
import { Field } from "./field";
import { nearestNames } from "./nearest";
import type { Report } from "./rule";

/** The schema of one version of one custom kind, as the cluster serves it. */
export function customSchema(mesh: MeshView, apiVersion: string, kind: string): Schema | undefined {
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  return mesh.derive(servedSchemas).get(`${groupOf(apiVersion)}/${version}/${kind}`);
}

/** Schemas by `group/version/kind`, from the CustomResourceDefinitions of the cluster. */
export function servedSchemas(mesh: MeshView): ReadonlyMap<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const definition of mesh.list("CustomResourceDefinition")) {
    const spec = new Field(definition).at("spec");
    const group = spec.at("group").text;
    const kind = spec.at("names", "kind").text;
    if (!group || !kind) continue;
    for (const version of spec.at("versions").items()) {
      const schema = version.at("schema", "openAPIV3Schema").value;
      const name = version.at("name").text;
      if (!name || version.at("served").value === false || !isRecord(schema)) continue;
      schemas.set(`${group}/${name}/${kind}`, schema);
    }
  }
  return schemas;
}

/** What the API server would refuse an object for by its schema alone: CEL rules are its own. */
export function* checkSchema(object: KubeObject, schema: Schema): Iterable<Report> {
  for (const unknown of prune(object, schema).unknown) {
    const path = parsePath(unknown) ?? [];
    if (path.length === 1 && COMMON.has(String(path[0]))) continue;
    if (path[0] === "metadata") continue;
    yield unknownField(path, schema);
  }
  for (const { field, message } of validate(applyDefaults(object, schema), schema)) {
    const path = parsePath(field) ?? [];
    yield { path, message: readable(message, path) };
  }
}

/** What every object has; the schemas of custom kinds leave it out. */
const COMMON: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

function unknownField(path: FieldPath, schema: Schema): Report {
  const name = String(path.at(-1));
  const known = knownFields(schema, path.slice(0, -1));
  const [likely] = nearestNames(name, known, 1);
  return {
    path,
    message:
      `There is no field ${name} here; the server refuses it` +
      (likely === undefined ? "." : `. Did you mean ${likely}?`),
  };
}

/** The names that a schema knows at `path`. */
function knownFields(schema: Schema, path: FieldPath): readonly string[] {
  let current: Schema | undefined = schema;
  for (const step of path) {
    if (typeof step === "number") current = current?.items;
    else {
      const extra: Schema | boolean | undefined = current?.additionalProperties;
      current = current?.properties?.[step] ?? (isRecord(extra) ? extra : undefined);
    }
  }
  return Object.keys(current?.properties ?? {});
}

/** The API server's sentence without the path that stands beside it anyway. */
function readable(message: string, path: FieldPath): string {
  const type = /must be of type (\S+): "(\w+)"$/.exec(message);
  if (type) return `${String(path.at(-1))} must be of type ${type[1]}, not ${type[2]}.`;
  const text = message.replace(/^Invalid value: (.*?): (\S+) in body /, "$1 ");
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
