import { groupOf } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Schema } from "@/lib/k8s/schema";
import { isFaultless } from "@/lib/k8s/plain-check";
import { prune } from "@/lib/k8s/schema-prune";
import { metadataFaults } from "@/lib/k8s/metadata-rules";
import { metadataTypeFault, withoutNulls } from "@/lib/k8s/metadata-types";
import type { MeshView } from "@/lib/mesh/view";
import type { FieldPath } from "@/lib/yaml/field-path";
import { apiServerFaults, type ServedKind } from "./api-server-faults";
import { faultPath } from "./fault-path";
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

/** What the API server says of a version that it does not serve of a kind that it has; undefined for any other. */
export function versionRefusal(
  mesh: MeshView,
  { apiVersion, kind }: KubeObject,
): Refusal | undefined {
  const schemas = mesh.derive(servedSchemas);
  const group = groupOf(apiVersion);
  if (schemas.has(`${apiVersion}/${kind}`)) return undefined;
  const served = [...schemas.keys()]
    .map((key) => key.split("/"))
    .filter(([ofGroup, , ofKind]) => ofGroup === group && ofKind === kind)
    .map(([, version]) => version);
  if (served.length === 0) return undefined;
  return {
    path: ["apiVersion"],
    message: `The cluster has no ${kind} of ${apiVersion}; it serves ${served.sort().join(", ")}.`,
    whole: false,
  };
}

/** A fault that the API server would refuse an object for. */
export interface Refusal extends Report {
  /** Whether it is about the object as a whole, so that what is not typed yet can bring it about. */
  readonly whole: boolean;
}

/**
 * What the API server would refuse an object for: unknown fields, metadata, schema and rules in
 * CEL, all of them at once and in our words. The object's frame (kind, version, name) is not judged.
 * @param live the object that it is to replace
 */
export function* checkSchema(
  object: KubeObject,
  served: ServedKind,
  live?: KubeObject,
): Iterable<Refusal> {
  if (!live && isFaultless(object, served.schema)) {
    yield* metadataRefusals(object, served.namespaced);
    return;
  }
  for (const unknown of prune(object, served.schema).unknown) {
    const path = faultPath(unknown, object);
    if (path.length === 1 && COMMON.has(String(path[0]))) continue;
    if (path[0] === "metadata") continue;
    yield { ...unknownField(path, served.schema), whole: false };
  }
  yield* metadataRefusals(object, served.namespaced);
  const faults = apiServerFaults(readable(object), served, live);
  for (const { field, message, at = field } of faults.schema) {
    // That CEL was not asked is no fault of the object's.
    if (field === "<nil>") continue;
    const path = faultPath(at, object);
    yield part(path, readableMessage(message, path));
  }
  for (const { field, message, at = field } of faults.cel) {
    const path = faultPath(at === "<nil>" ? "" : at, object);
    yield {
      path,
      message: `The server refuses it: ${sentence(withoutPrefix(message))}`,
      whole: true,
    };
  }
}

const part = (path: FieldPath, message: string): Refusal => ({ path, message, whole: false });

function* metadataRefusals(object: KubeObject, namespaced: boolean): Iterable<Refusal> {
  const { apiVersion, kind, metadata } = object;
  const mistyped = metadataTypeFault(kind, apiVersion, metadata);
  if (mistyped) yield part(mistyped.field.split("."), sentence(mistyped.message));
  const options = { namespaced, nameRule: "subdomain", custom: true } as const;
  for (const { field, message } of metadataFaults(readable(object), options)) {
    if (FRAME.has(field)) continue;
    yield part(labelPath(field, message, object), sentence(withoutPrefix(message)));
  }
}

/** Metadata that cannot be read is not judged, and does not keep the rest from being so. */
function readable(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = object;
  if (!metadataTypeFault(kind, apiVersion, metadata)) {
    return {
      ...object,
      metadata: withoutNulls({ ...metadata }) as unknown as KubeObject["metadata"],
    };
  }
  const { name, namespace } = metadata;
  return { ...object, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

/** Faults of the frame, which is judged where the draft is read. */
const FRAME: ReadonlySet<string> = new Set(["metadata.name", "metadata.namespace"]);

const withoutPrefix = (message: string): string =>
  message.replace(/^Invalid value: (?:"object": )?/, "");

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The label or annotation that the API server quotes: its field name stops at the map. */
function labelPath(field: string, message: string, object: KubeObject): FieldPath {
  const path = faultPath(field, object);
  const map = path.reduce<unknown>(
    (value, step) => (isRecord(value) ? value[String(step)] : undefined),
    object,
  );
  const quoted = /^Invalid value: ("[^"\\]*(?:\\.[^"\\]*)*")/.exec(message)?.[1];
  if (!isRecord(map) || quoted === undefined) return path;
  const entry = Object.entries(map).find((pair) =>
    pair.some((text) => JSON.stringify(text) === quoted),
  );
  return entry ? [...path, entry[0]] : path;
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
function readableMessage(message: string, path: FieldPath): string {
  const type = /must be of type (\S+): "(\w+)"$/.exec(message);
  if (type) return `${String(path.at(-1))} must be of type ${type[1]}, not ${type[2]}.`;
  const text = message.replace(/^Invalid value: (.*?): (\S+) in body /, "$1 ");
  return sentence(text);
}
