import { isRecord, type JsonRecord } from "./json-value";

type Shape = "string" | "integer" | "boolean" | "strings" | "texts" | "records" | "time";

const SHAPES: Readonly<Record<string, Shape>> = {
  name: "string",
  generateName: "string",
  namespace: "string",
  selfLink: "string",
  uid: "string",
  resourceVersion: "string",
  generation: "integer",
  creationTimestamp: "time",
  deletionTimestamp: "time",
  deletionGracePeriodSeconds: "integer",
  labels: "texts",
  annotations: "texts",
  finalizers: "strings",
  ownerReferences: "records",
  managedFields: "records",
};

/** A field of metadata that Go could not decode. */
interface MetadataFault {
  /** `metadata`, `metadata.labels`; without the place within the field. */
  readonly field: string;
  /** In the words of the API server. */
  readonly message: string;
}

/** The first fault in the types of an object's metadata; null counts as absent. */
export function metadataTypeFault(
  kind: string,
  apiVersion: string,
  metadata: unknown,
): MetadataFault | undefined {
  const fault = (field: string, why: string): MetadataFault => ({
    field,
    message: `${kind} in version "${versionOf(apiVersion)}" cannot be handled as a ${kind}: ${why}`,
  });
  const unmarshal = (value: unknown, target: string, wanted: string) =>
    `json: cannot unmarshal ${goType(value)} into ${target} of type ${wanted}`;
  if (!isRecord(metadata)) {
    return fault("metadata", unmarshal(metadata, "Go value", "v1.ObjectMeta"));
  }
  if (isWellTyped(metadata)) return undefined;
  for (const [field, shape] of Object.entries(SHAPES)) {
    const value = Object.hasOwn(metadata, field) ? metadata[field] : undefined;
    if (value === null || value === undefined) continue;
    const path = `metadata.${field}`;
    if (shape === "time" && typeof value === "string" && Number.isNaN(Date.parse(value))) {
      const text = JSON.stringify(value);
      return fault(
        path,
        `parsing time ${text} as "2006-01-02T15:04:05Z07:00": cannot parse ${text} as "2006"`,
      );
    }
    const wrong = mismatch(value, shape);
    if (!wrong) continue;
    const target = `Go struct field ObjectMeta.${field}`;
    return fault(path, unmarshal(wrong.value, target, wrong.wanted));
  }
  return undefined;
}

/** Nearly all metadata is, and need not be asked in the order of Go's fields. */
function isWellTyped(metadata: JsonRecord): boolean {
  for (const field of Object.keys(metadata)) {
    const shape = Object.hasOwn(SHAPES, field) ? SHAPES[field] : undefined;
    const value = metadata[field];
    if (shape === undefined || value === null || value === undefined) continue;
    if (shape === "time" || mismatch(value, shape)) return false;
  }
  return true;
}

const versionOf = (apiVersion: string): string => apiVersion.split("/").at(-1) ?? apiVersion;

const goType = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

function mismatch(value: unknown, shape: Shape): { value: unknown; wanted: string } | undefined {
  switch (shape) {
    case "string":
    case "time":
      return typeof value === "string" ? undefined : { value, wanted: "string" };
    case "integer":
      return Number.isInteger(value) ? undefined : { value, wanted: "int64" };
    case "boolean":
      return typeof value === "boolean" ? undefined : { value, wanted: "bool" };
    case "strings":
      if (!Array.isArray(value)) return { value, wanted: "[]string" };
      return firstOf(value, (item) => typeof item !== "string" && item !== null, "string");
    case "texts":
      if (!isRecord(value)) return { value, wanted: "map[string]string" };
      return firstOf(
        Object.values(value),
        (item) => typeof item !== "string" && item !== null,
        "string",
      );
    case "records":
      if (!Array.isArray(value)) return { value, wanted: "[]struct" };
      return firstOf(value, (item) => !isRecord(item), "struct");
  }
}

function firstOf(values: readonly unknown[], wrong: (value: unknown) => boolean, wanted: string) {
  const found = values.findIndex(wrong);
  return found < 0 ? undefined : { value: values[found], wanted };
}

/** Metadata without nulls, which Go takes for nothing; a null label, annotation or finalizer is an empty text. */
export function withoutNulls(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).flatMap(([field, value]) => {
      if (value === null) return [];
      if (SHAPES[field] === "strings" && Array.isArray(value)) {
        return [[field, value.map((item: unknown) => item ?? "")]];
      }
      if (SHAPES[field] !== "texts" || !isRecord(value)) return [[field, value]];
      return [[field, Object.fromEntries(Object.entries(value).map(([k, v]) => [k, v ?? ""]))]];
    }),
  );
}
