import { isRecord } from "@/lib/k8s/json-value";
import { refuse } from "./status-error";

type Shape = "string" | "integer" | "boolean" | "strings" | "texts" | "records";

const SHAPES: Readonly<Record<string, Shape>> = {
  name: "string",
  generateName: "string",
  namespace: "string",
  selfLink: "string",
  uid: "string",
  resourceVersion: "string",
  generation: "integer",
  creationTimestamp: "string",
  deletionTimestamp: "string",
  deletionGracePeriodSeconds: "integer",
  labels: "texts",
  annotations: "texts",
  finalizers: "strings",
  ownerReferences: "records",
  managedFields: "records",
};

/** The fields that `metadata` may have. */
export const METADATA_FIELDS: readonly string[] = Object.keys(SHAPES);

/** Refuses metadata that Go could not decode. Null counts as absent. @throws StatusError 400 */
export function checkMetadataTypes(kind: string, apiVersion: string, metadata: unknown): void {
  const fail = (field: string, value: unknown, wanted: string) =>
    refuse.badRequest(
      `${kind} in version "${versionOf(apiVersion)}" cannot be handled as a ${kind}: json: cannot unmarshal ${goType(value)} into Go struct field ${field} of type ${wanted}`,
    );
  if (!isRecord(metadata)) throw fail("ObjectMeta.metadata", metadata, "v1.ObjectMeta");
  for (const [field, shape] of Object.entries(SHAPES)) {
    const value = metadata[field];
    if (value === null || value === undefined) continue;
    const wrong = mismatch(value, shape);
    if (wrong) throw fail(`ObjectMeta.metadata.${field}`, wrong.value, wrong.wanted);
  }
}

const versionOf = (apiVersion: string): string => apiVersion.split("/").at(-1) ?? apiVersion;

const goType = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

function mismatch(value: unknown, shape: Shape): { value: unknown; wanted: string } | undefined {
  switch (shape) {
    case "string":
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
